package main

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

func TestLeaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, issueAll(dir, noon))
	for _, c := range []struct {
		name       string
		daysLeft   int
		selfSigned bool
	}{
		{"erp.clinic.example", 90, false},
		{"stg.clinic.example", 200, true},
		{"api.clinic.example", 12, false},
		{"erp.cloud.example", 80, false},
		{"db.cloud.example", 80, false},
		{"api.cloud.example", 75, false},
		{"logs.clinic.example", 70, false},
		{"portal.clinic.example", 45, false},
		{"fhir.partner.example", 60, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cert := readCert(t, dir, "leaf/"+c.name+".crt")
			require.Equal(t, c.daysLeft, int(cert.NotAfter.Sub(noon)/day))
			require.NoError(t, cert.VerifyHostname(c.name))
			roots := x509.NewCertPool()
			if c.selfSigned {
				roots.AddCert(cert)
			} else {
				roots.AddCert(readCert(t, dir, "ca.pem"))
			}
			_, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: noon})
			require.NoError(t, err)
		})
	}
}

func TestOldCRMExpiredIn2019(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, issueAll(dir, noon))
	cert := readCert(t, dir, "leaf/crm.clinic.example.crt")
	require.Equal(t, 2019, cert.NotAfter.Year())
	require.Equal(t, cert.Issuer.String(), cert.Subject.String())
	require.Contains(t, []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.SHA256WithRSA}, cert.SignatureAlgorithm)
}

func TestAuthorityIsKeptAndLeavesAreNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, issueAll(dir, noon))
	authority, leaf := readCert(t, dir, "ca.pem"), readCert(t, dir, "leaf/erp.clinic.example.crt")
	require.NoError(t, issueAll(dir, noon.Add(48*time.Hour)))
	require.True(t, authority.Equal(readCert(t, dir, "ca.pem")))
	require.Equal(t, 48*time.Hour, readCert(t, dir, "leaf/erp.clinic.example.crt").NotAfter.Sub(leaf.NotAfter))
}

func TestInterruptedAuthorityIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.key"), []byte("half"), 0o600))
	require.NoError(t, issueAll(dir, noon))
}

func TestKeysAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, issueAll(dir, noon))
	keys, err := filepath.Glob(filepath.Join(dir, "leaf", "*.key"))
	require.NoError(t, err)
	require.Len(t, keys, len(leaves()))
	for _, name := range append(keys, filepath.Join(dir, "ca.key")) {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
}

func TestBrokenAuthorityIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("half"), 0o600))
	require.ErrorContains(t, run([]string{dir}, noon), "no PEM block")
	require.Error(t, run(nil, noon))
}

func readCert(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	der, err := readPEM(filepath.Join(dir, name))
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

// issueAll issues every leaf there is.
func issueAll(dir string, now time.Time) error {
	args := []string{dir}
	for _, leaf := range leaves() {
		args = append(args, leaf.name)
	}
	return run(args, now)
}

// TestOtherLeavesStay holds what a machine that runs relies on: the file is the certificate that it serves.
func TestOtherLeavesStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, issueAll(dir, noon))
	before := readCert(t, dir, "leaf/stg.clinic.example.crt")
	require.NoError(t, run([]string{dir, "erp.clinic.example"}, noon.Add(time.Hour)))
	require.True(t, before.Equal(readCert(t, dir, "leaf/stg.clinic.example.crt")))
	require.ErrorContains(t, run([]string{dir, "nobody.example"}, noon), "no certificate is called nobody.example")
}
