-- The bed plan came from a ward's own tool: its key is natural and composite.
CREATE TABLE IF NOT EXISTS clinic_bed_stay (
    ward       varchar(16) NOT NULL,
    bed        integer     NOT NULL,
    since      timestamp   NOT NULL,
    patient_id integer     NOT NULL REFERENCES clinic_patient (id) ON DELETE CASCADE,
    until      timestamp,
    PRIMARY KEY (ward, bed, since)
);

-- Lines of the former system's export, kept "for a while". Nobody gave them a key.
CREATE TABLE IF NOT EXISTS clinic_import_line (
    source  text NOT NULL,
    line    integer NOT NULL,
    content text,
    loaded  timestamp NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS clinic_device_reading (
    device   uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    channel  smallint NOT NULL,
    reading  double precision,
    PRIMARY KEY (device, taken_at, channel)
);

CREATE OR REPLACE VIEW clinic_patient_census AS
    SELECT s.ward, s.bed, p.mrn, p.last_name, p.birth_date
    FROM clinic_bed_stay s JOIN clinic_patient p ON p.id = s.patient_id
    WHERE s.until IS NULL;

-- Broken since the import column changed its meaning: reading it fails, and PostgreSQL's message quotes a name.
CREATE OR REPLACE VIEW clinic_patient_age AS
    SELECT p.id, age((CASE WHEN p.legacy_birth_date = '' THEN NULL ELSE p.legacy_birth_date END)::date) AS age
    FROM clinic_patient p WHERE p.legacy_birth_date IS NOT NULL;

CREATE MATERIALIZED VIEW IF NOT EXISTS clinic_encounter_month AS
    SELECT date_trunc('month', started_at) AS month, ward, count(*) AS encounters
    FROM clinic_encounter GROUP BY 1, 2;
CREATE UNIQUE INDEX IF NOT EXISTS clinic_encounter_month_key ON clinic_encounter_month (month, ward);

-- A merged record must not be changed; the message names the patient, as such messages do.
CREATE OR REPLACE FUNCTION clinic_patient_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.merged THEN
        RAISE EXCEPTION 'the record of % % was merged and is closed', OLD.first_name, OLD.last_name;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS clinic_patient_merged ON clinic_patient;
CREATE TRIGGER clinic_patient_merged BEFORE UPDATE ON clinic_patient FOR EACH ROW EXECUTE FUNCTION clinic_patient_merged();
