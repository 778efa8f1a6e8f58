package lab_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"nightferry/internal/odoorpc"
	"nightferry/internal/pgread"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// dialer reaches every machine on which the user has a key, through the bastion.
func dialer(t *testing.T, l *lab.Lab, user string) *remote.Dialer {
	t.Helper()
	auth := remote.Auth{Keys: []remote.Key{{Path: l.Key(user)}}}
	endpoints := []remote.Endpoint{{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}}}
	for name, m := range l.Machines() {
		if name != "bastion" {
			endpoints = append(endpoints, remote.Endpoint{Name: name, Address: m.SSH(), User: user, Auth: auth, Via: "bastion"})
		}
	}
	d, err := remote.New(endpoints, remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func TestEveryMachineThroughTheBastion(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	hosts := 0
	for _, m := range l.Machines() {
		if m.Part == "" {
			hosts++
		}
	}
	require.Equal(t, 10, hosts)
	for _, user := range []string{"assess", "ferry"} {
		d := dialer(t, l, user)
		for name, m := range l.Machines() {
			if !slices.Contains(m.Users, user) {
				continue
			}
			client, err := d.Client(t.Context(), name)
			require.NoError(t, err, "%s as %s", name, user)
			result, err := client.Run(t.Context(), remote.Command{Script: "id -un; hostname"})
			require.NoError(t, err)
			require.Equal(t, user+"\n"+name+"\n", string(result.Stdout))
			require.NoError(t, client.Close())
		}
	}
}

func TestOnlyTheBastionAnswersHere(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	require.Contains(t, greeting(l.Machine(t, "bastion").Front), "SSH-2.0-")
	var wait errgroup.Group
	for name, m := range l.Machines() {
		for _, address := range []string{m.Inside, m.Front, m.Cloud, m.Outside} {
			if address == "" || name == "bastion" && address == m.Front {
				continue
			}
			wait.Go(func() error {
				if words := greeting(address); words != "" {
					return fmt.Errorf("sshd of %s answers at %s: %s", name, address, words)
				}
				return nil
			})
		}
	}
	require.NoError(t, wait.Wait())
}

// greeting returns what an ssh server says first. (That something accepts the connection means little: a
// gateway may do so for addresses that nobody has.)
func greeting(address string) string {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(address, "22"), time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return err.Error()
	}
	words, _ := bufio.NewReader(conn).ReadString('\n') // no words are an answer too
	return words
}

// odoo logs in to one of the two Odoos over https, at the front, as its administrator.
func odoo(t *testing.T, l *lab.Lab, machine, host, ca, database string) *odoorpc.Session {
	t.Helper()
	roots, err := odoorpc.LoadRoots(ca)
	require.NoError(t, err)
	client, err := odoorpc.New(odoorpc.Options{
		URL: "https://" + host, Database: database,
		Login: "admin", Secret: l.Password(t, "erp_admin"), Roots: roots,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(l.Machine(t, machine).Front, "443"))
		},
	})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	session, err := client.Login(t.Context())
	require.NoError(t, err)
	return session
}

// patientsInSQL counts the patients by the database's own word, through a tunnel.
func patientsInSQL(t *testing.T, l *lab.Lab, d *remote.Dialer, machine, database string) int64 {
	t.Helper()
	session, err := pgread.Open(t.Context(), pgread.Config{
		Host: l.Machine(t, machine).Inside, Database: database, User: "odoo",
		Password: func(context.Context) (string, error) { return l.Password(t, "odoo"), nil },
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return d.DialContext(ctx, "bastion", network, address)
		},
	})
	require.NoError(t, err)
	defer session.Close(t.Context())
	var patients int64
	require.NoError(t, session.Read(t.Context(), func(r *pgread.Reader) error {
		return r.Row("SELECT count(*) FROM public.clinic_patient", nil, &patients)
	}))
	return patients
}

func TestBothOdoosCountTheirPatients(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	d := dialer(t, l, "assess")
	tests := []struct{ machine, host, ca, dbMachine, database string }{
		{"erp-app", "erp.clinic.example", l.CA(), "erp-db", "clinic"},
		{"stg", "stg.clinic.example", filepath.Join(l.Dir, "pki", "leaf", "stg.clinic.example.crt"), "stg", "clinic_stg"},
	}
	for _, tt := range tests {
		session := odoo(t, l, tt.machine, tt.host, tt.ca, tt.database)
		// The sender on intf may add a patient at any moment: the truth lies between two counts.
		before := patientsInSQL(t, l, d, tt.dbMachine, tt.database)
		seen, err := session.Count(t.Context(), "clinic.patient")
		require.NoError(t, err)
		after := patientsInSQL(t, l, d, tt.dbMachine, tt.database)
		require.GreaterOrEqual(t, seen, before, tt.machine)
		require.LessOrEqual(t, seen, after, tt.machine)
		require.GreaterOrEqual(t, before, int64(l.Truth().Patients), tt.machine)
	}
}

// TestAMessageArrives sends one HL7 message as an outside system would, and looks for it in Odoo. It names no
// patient, so it changes none.
func TestAMessageArrives(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	d := dialer(t, l, "assess")
	control := fmt.Sprintf("LABTEST%d", time.Now().UnixNano())

	conn, err := d.DialContext(t.Context(), "bastion", "tcp", net.JoinHostPort(l.Machine(t, "intf").Inside, "2575"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = fmt.Fprintf(conn, "\x0bMSH|^~\\&|LABTEST|CLINIC|ODOO|CLINIC|%s||MFN^M02|%s|P|2.5\r\x1c\r",
		time.Now().Format("20060102150405"), control)
	require.NoError(t, err)
	answer, err := bufio.NewReader(conn).ReadString('\x1c')
	require.NoError(t, err)
	require.Contains(t, answer, "\rMSA|AA|"+control)

	session := odoo(t, l, "erp-app", "erp.clinic.example", l.CA(), "clinic")
	found, err := session.Count(t.Context(), "clinic.hl7.message", odoorpc.Is("control_id", "=", control))
	require.NoError(t, err)
	require.EqualValues(t, 1, found)
}
