package main

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Odoo names files by SHA-1
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nightferry/testdata/lab/people"
)

// attachments writes a document for one patient in five into an Odoo filestore, and the rows that name them.
func (h *hospital) attachments(folder string) table {
	id := firstID - 1
	return table{
		name: "ir_attachment", serial: true,
		columns: "id, name, type, res_model, res_id, company_id, public, store_fname, checksum, file_size, mimetype, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			planted := h.planted[index].Name == "attachment"
			if index%5 > 0 && !planted {
				return nil
			}
			id++
			r, p := h.crowd.Rand(index, forDocuments), h.person(index)
			written := h.moment(r)
			stem := "Befund_" + strings.ReplaceAll(p.Family, " ", "_") + "_" + written.Format("20060102")
			name, kind, content := h.plant(index, "attachment", stem)+".pdf", "application/pdf", letterPDF(p)
			if index%3 == 0 && !planted {
				name, kind, content = stem+".txt", "text/plain", []byte(letter(p))
			}
			sum := sha1.Sum(content) //nolint:gosec // as above
			checksum := hex.EncodeToString(sum[:])
			stored := checksum[:2] + "/" + checksum
			if err := os.MkdirAll(filepath.Join(folder, checksum[:2]), 0o750); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, stored), content, 0o600); err != nil {
				return err
			}
			emit(id, name, "binary", "clinic.patient", firstID+index, 1, false, stored, checksum, len(content), kind, 1, written)
			return nil
		},
	}
}

func letter(p people.Person) string {
	return fmt.Sprintf("Discharge letter (synthetic)\nPatient: %s, born %s, %s\nAddress: %s, %s %s\n",
		p.FullName, p.Born.Format("2006-01-02"), p.MRN, p.Street, p.Zip, p.City)
}

// letterPDF returns a document of one page that a PDF reader opens. Its text is in the base font's Latin letters.
func letterPDF(p people.Person) []byte {
	text := "BT /F1 12 Tf 60 760 Td (Discharge letter, synthetic, " + p.MRN + ") Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	places := make([]int, len(objects))
	for i, object := range objects {
		places[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return out.Bytes()
}
