package classify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
)

// schemas are columns of public open-source systems, by their names alone: OpenMRS, OpenEMR, Care2x, GNU Health,
// Dolibarr, and what hospitals write themselves. A "?" means that the columns' own names cannot tell.
const schemas = `
person_name: person_name_id=OPERATIONAL given_name=PII middle_name=PII family_name=PII family_name2=PII degree=? date_created:timestamp=OPERATIONAL creator:integer=OPERATIONAL voided:boolean=OPERATIONAL uuid=OPERATIONAL
patient_identifier: identifier=PHI identifier_type:integer=OPERATIONAL preferred:boolean=? patient_id:integer=PHI location_id:integer=OPERATIONAL
obs: obs_id:integer=OPERATIONAL person_id:integer=OPERATIONAL concept_id:integer=OPERATIONAL encounter_id:integer=OPERATIONAL obs_datetime:timestamp=? value_numeric:numeric=? value_text=? comments=?
concept_name: concept_name_id:integer=OPERATIONAL name=! locale=! concept_id:integer=OPERATIONAL
patient_data: id:bigint=OPERATIONAL title=? language=PHI fname=PHI lname=PHI mname=PHI DOB:date=PHI street=PHI postal_code=PHI city=PHI state=? country_code=? drivers_license=PHI ss=? occupation=PHI phone_home=PHI phone_biz=PHI phone_contact=PHI phone_cell=PHI status=? contact_relationship=? date:timestamp=? sex=PHI referrer=? providerID:integer=OPERATIONAL email=PHI ethnoracial=? race=PHI ethnicity=PHI religion=PHI interpreter=PHI migrantseasonal=? family_size=? monthly_income=PHI homeless=? pid:bigint=PHI pubpid=? deceased_date:timestamp=PHI deceased_reason=? guardiansname=? mothersname=? sexual_orientation=PHI gender_identity=PHI
form_vitals: pid:bigint=PHI bps=? bpd=? weight:numeric=PHI height:numeric=PHI temperature:numeric=PHI pulse:numeric=PHI respiration:numeric=? note=PHI BMI:numeric=PHI oxygen_saturation:numeric=PHI
insurance_data: provider=? plan_name=PHI policy_number=PHI group_number=? subscriber_lname=PHI subscriber_fname=PHI subscriber_DOB:date=PHI subscriber_ss=? subscriber_employer=? subscriber_street=PHI subscriber_phone=PHI copay=? pid:bigint=PHI
users_secure: username=PII password=CREDENTIAL salt=CREDENTIAL last_update:timestamp=OPERATIONAL password_history1=CREDENTIAL
care_person: pid:integer=PHI date_reg:timestamp=? name_first=PII* name_2=? name_last=PII* date_birth:date=PII* blood_group=PHI addr_str=PII* addr_zip=PII* citizenship=PII* phone_1_code=PII* phone_1_nr=PII* cellphone_1_nr=PII* email=PII* civil_status=PII* sex=PII* photo=? ethnic_orig=PII* sss_nr=? nat_id_nr=PII* religion=PII* mother_pid=? contact_person=PII* death_date:date=PHI death_cause=PHI death_cause_code=PHI
hospital_bed: name=! telephone_number=! bed_type=! state=!
llx_user: login=PII pass=CREDENTIAL pass_crypted=CREDENTIAL api_key=CREDENTIAL lastname=PII firstname=PII job=? office_phone=PII user_mobile=PII email=PII salary:numeric=HR thm:numeric=? birth:date=PII admin:smallint=!
llx_societe: nom=! address=? zip=? town=? siren=! siret=! tva_intra=? capital=? email=?
llx_product: ref=! label=! description=! price:numeric=! barcode=! stock:integer=!
empleados: dni=HR nombre=HR apellidos=HR fecha_nacimiento:date=HR salario_bruto:numeric=HR num_ss=HR iban=HR|FINANCIAL estado_civil=HR num_hijos:integer=HR fecha_alta:date=? puesto=HR departamento=? afiliado_sindicato:boolean=HR creado_en:timestamp=OPERATIONAL
pacientes: id:integer=OPERATIONAL nhc=PHI nombre=PHI primer_apellido=PHI segundo_apellido=PHI f_nac:date=PHI sexo=PHI tfno_movil=PHI direccion=PHI cod_postal=PHI poblacion=PHI num_tarjeta_sanitaria=PHI alergias=PHI grupo_sanguineo=PHI medico_cabecera=PHI|PII observaciones=PHI activo:boolean=OPERATIONAL fecha_creacion:timestamp=OPERATIONAL
patienten: id:integer=OPERATIONAL patientennr=PHI nachname=PHI vorname=PHI geb_datum:date=PHI geschlecht=PHI strasse=PHI plz=PHI ort=PHI tel_privat=PHI krankenkasse=PHI versichertennummer=PHI hausarzt=PHI|PII allergien=PHI bemerkung=PHI angelegt_am:timestamp=OPERATIONAL konfession=PHI
mitarbeiter: personalnr=HR name=HR vorname=HR geburtsdatum:date=HR eintritt:date=HR austritt:date=HR gehalt:numeric=HR steuerklasse=HR sv_nummer=HR iban=HR|FINANCIAL kostenstelle=? abteilung=? konfession=HR schwerbehindert:boolean=HR kinder:integer=HR
salaries: matricule=HR nom=HR prenom=HR date_naissance:date=HR num_secu=HR salaire_brut:numeric=HR date_embauche:date=HR rib=HR|FINANCIAL situation_familiale=HR syndicat=HR service=?
consultations: id_consultation:integer=OPERATIONAL id_patient:integer=PHI date_consultation:date=PHI motif=PHI diagnostic=PHI traitement=PHI tension=PHI poids:numeric=PHI honoraires:numeric=PHI|FINANCIAL
factures: numero=? client=? montant_ht:numeric=FINANCIAL montant_ttc:numeric=FINANCIAL date_facture:date=! iban=FINANCIAL statut=!
icd10_codes: code=! title=! chapter=! valid_from:date=!
medicaments: code_cip=! denomination=! forme=! laboratoire=! prix:numeric=!
app_config: config_key=OPERATIONAL config_value=? updated_at:timestamp=OPERATIONAL
audit_log: id:bigint=OPERATIONAL user_name=PII ip_address=PII action=OPERATIONAL created_at:timestamp=OPERATIONAL entity=? entity_id:integer=OPERATIONAL
email_templates: subject=! body_html=? name=! model=!
payment_cards: card_number=FINANCIAL cardholder_name=FINANCIAL expiry_month=FINANCIAL expiry_year=FINANCIAL cvv=FINANCIAL brand=! token=CREDENTIAL
customers: customer_no=? first_name=PII last_name=PII email=PII phone=PII billing_address=PII vat_number=? credit_limit:numeric=FINANCIAL newsletter:boolean=OPERATIONAL created_at:timestamp=OPERATIONAL
`

// TestPublicSchemas reads the names of systems that everybody can look up, without a row.
func TestPublicSchemas(t *testing.T) {
	t.Parallel()
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	wrong, all := 0, 0
	for line := range strings.Lines(strings.TrimSpace(schemas)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
		table, wants := estate.Table{Schema: "public", Name: name}, map[string]string{}
		for field := range strings.FieldsSeq(rest) {
			column, want, _ := strings.Cut(field, "=")
			column, sqlType, typed := strings.Cut(column, ":")
			if !typed {
				sqlType = "character varying(80)"
			}
			table.Columns = append(table.Columns, estate.Column{Name: column, Type: sqlType})
			wants[column] = want
		}
		inventory := estate.Inventory{Postgres: []estate.PostgresServer{{Name: "s", Databases: estate.Know("q", []estate.Database{{Name: "d", Tables: estate.Know("q", []estate.Table{table})}})}}}
		for _, column := range c.Judge(inventory)[0].Columns {
			want := wants[column.Column]
			if want == "?" {
				continue
			}
			all++
			ok := strings.Contains("|"+want+"|", "|"+string(column.Class)+"|")
			switch want {
			case "!":
				ok = !column.Class.IsSensitive()
			case "PII*":
				ok = column.Class == estate.PII || column.Class == estate.PHI
			}
			if !ok {
				wrong++
				t.Logf("%s.%s: %s, called %s %.2f %v", name, column.Column, want, column.Class, column.Confidence, column.Evidence)
			}
		}
	}
	require.LessOrEqual(t, wrong*100, all*4, "%d of %d", wrong, all)
}
