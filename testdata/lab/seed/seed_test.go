package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blocks parses what seed wrote into {table: rows of fields}, undoing COPY's escapes.
func blocks(t *testing.T, sql string) map[string][]map[string]string {
	t.Helper()
	tables, table, columns := map[string][]map[string]string{}, "", []string(nil)
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	for line := range strings.Lines(sql) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "COPY "):
			head, _, _ := strings.Cut(strings.TrimPrefix(line, "COPY "), ") FROM")
			name, list, _ := strings.Cut(head, " (")
			table, columns = name, strings.Split(list, ", ")
		case line == `\.`:
			table = ""
		case table != "":
			fields := strings.Split(line, "\t")
			require.Len(t, fields, len(columns), line)
			row := map[string]string{}
			for i, column := range columns {
				row[column] = unescape.Replace(fields[i])
			}
			tables[table] = append(tables[table], row)
		}
	}
	return tables
}

func seeded(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(args, &out, io.Discard))
	return out.String()
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	require.Equal(t, seeded(t, "-patients", "50", "-seed", "4"), seeded(t, "-patients", "50", "-seed", "4"))
	require.NotEqual(t, seeded(t, "-patients", "50", "-seed", "4"), seeded(t, "-patients", "50", "-seed", "5"))
}

func TestRowsHangTogether(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	tables := blocks(t, seeded(t, "-patients", "200", "-filestore", store))
	ids := map[string]map[string]bool{}
	for name, rows := range tables {
		ids[name] = map[string]bool{}
		for _, row := range rows {
			if id, ok := row["id"]; ok {
				require.False(t, ids[name][id], "%s %s", name, id)
				ids[name][id] = true
			}
		}
	}
	for name, rows := range tables {
		for _, row := range rows {
			if id, ok := row["patient_id"]; ok {
				require.True(t, ids["clinic_patient"][id], name)
			}
			if id, ok := row["encounter_id"]; ok {
				require.True(t, ids["clinic_encounter"][id], name)
			}
		}
	}
	for name, count := range map[string]int{"res_partner": 200, "clinic_patient": 200, "clinic_encounter": 400, "clinic_prescription": 400,
		"clinic_lab_result": 600, "clinic_hl7_message": 200, "ir_attachment": 40} {
		require.Len(t, tables[name], count, name)
	}
	require.InDelta(t, 140, len(tables["clinic_insurance_policy"]), 25)
	for _, row := range tables["clinic_lab_result"] {
		require.True(t, json.Valid([]byte(row["payload"])), row["payload"])
	}
	for _, row := range tables["ir_attachment"] {
		content, err := os.ReadFile(filepath.Join(store, row["store_fname"]))
		require.NoError(t, err)
		sum := sha1.Sum(content)
		require.Equal(t, hex.EncodeToString(sum[:]), row["checksum"])
	}
}

func TestCanariesArePlantedOverTheWholeTable(t *testing.T) {
	t.Parallel()
	sql := seeded(t, "-patients", "400", "-canaries", filepath.Join("..", "canaries.yaml"), "-filestore", t.TempDir())
	tables := blocks(t, sql)
	at := func(table, column, text string) int {
		for i, row := range tables[table] {
			if strings.Contains(row[column], text) {
				return i
			}
		}
		return -1
	}
	first, last := at("res_partner", "name", "Ottegebe"), at("clinic_patient", "legacy_birth_date", "Zyphrania")
	require.Positive(t, first)
	require.Greater(t, last, 200)
	for _, place := range [][3]string{
		{"res_partner", "name", "O'Brzęczkiewiçz"}, {"res_partner", "name", "Ψευδοκαναρίδου"}, {"res_partner", "name", "Щегловерьянова"},
		{"clinic_patient", "last_name", "القناريفحصية"}, {"clinic_patient", "last_name", "欧阳试样"}, {"clinic_patient", "mrn", "MRN7XQ4ZV91KD2"},
		{"clinic_encounter", "note", "Vexberta"}, {"clinic_lab_result", "payload", "qwandolfz_ishkur_bpx"},
		{"ir_attachment", "name", "yngvarssdottirq_hlx"}, {"clinic_hl7_message", "raw", "WREXHAMPTQ^OLYNDRIA"},
	} {
		require.NotEqual(t, -1, at(place[0], place[1], place[2]), place)
	}
	require.Contains(t, sql, "INSERT INTO mail_message")
}

func TestEscapeKeepsEveryByte(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "": `\N`, "a\tb\nc\rd": `a\tb\nc\rd`, `MSH|^~\&|`: `MSH|^~\\&|`, `\N`: `\\N`, `\.`: `\\.`,
	} {
		require.Equal(t, want, field(text))
	}
}

// Twenty times the patients must not leave more in memory.
func TestMemoryStaysFlat(t *testing.T) {
	before := heap(t, "200")
	require.Less(t, heap(t, "4000"), before+4<<20)
}

func heap(t *testing.T, patients string) uint64 {
	t.Helper()
	require.NoError(t, run([]string{"-patients", patients}, io.Discard, io.Discard))
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestBadUse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-patients", "-1"}, {"extra"}, {"-canaries", "/no/such/file"}, {"-patients", "1", "-filestore", "/dev/null/x"}} {
		require.Error(t, run(args, io.Discard, io.Discard), args)
	}
}

func FuzzEscape(f *testing.F) {
	for _, text := range []string{"plain", "a\tb\nc\r", `MSH|^~\&|`, `\N`, `\.`, "O'Test\x00", "测试\\\n"} {
		f.Add(text)
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // NULL, by design
		}
		escaped := field(text)
		require.False(t, strings.ContainsAny(escaped, "\t\n\r"))
		require.Equal(t, text, unescape.Replace(escaped))
	})
}
