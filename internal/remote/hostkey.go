package remote

import (
	"errors"
	"net"
	"os"
	"strings"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"
)

// shelf reads each set of known_hosts files once.
type shelf map[string]*knownhosts.HostKeyDB

func (s shelf) open(files []string) (*knownhosts.HostKeyDB, error) {
	key := strings.Join(files, "\x00")
	if db, known := s[key]; known {
		return db, nil
	}
	db, err := readKnownHosts(files)
	s[key] = db
	return db, err
}

// readKnownHosts reads the files that exist. None at all means that every key is unknown.
func readKnownHosts(files []string) (*knownhosts.HostKeyDB, error) {
	var present []string
	for _, file := range files {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			present = append(present, file)
		}
	}
	db, err := knownhosts.NewDB(present...)
	if err != nil {
		return nil, &Error{Kind: Misconfigured, problem: "the known_hosts files cannot be read: " + err.Error(),
			mend: "correct the line, or leave the file out"}
	}
	return db, nil
}

// hostKeyName is what known_hosts knows the endpoint as.
func (e Endpoint) hostKeyName() string {
	if e.HostKeyAlias != "" {
		return withPort(e.HostKeyAlias)
	}
	return e.Address
}

// checkHostKey accepts only a key that is recorded. It never records one: that is a person's decision.
func checkHostKey(db *knownhosts.HostKeyDB, hs *attempt, remote net.Addr, key ssh.PublicKey) *Error {
	e := hs.endpoint
	err := db.HostKeyCallback()(e.hostKeyName(), remote, key)
	if err == nil {
		return nil
	}
	fingerprint := ssh.FingerprintSHA256(key)
	var revoked *xknownhosts.RevokedError
	refused := &Error{Name: e.Name, Address: e.Address, Fingerprint: fingerprint, KeyType: key.Type()}
	switch {
	case errors.As(err, &revoked):
		refused.Kind, refused.problem = ChangedHostKey, "its host key "+fingerprint+" is marked as revoked"
		refused.mend = "do not connect; ask who runs the machine"
	case knownhosts.IsHostKeyChanged(err):
		refused.Kind, refused.problem = ChangedHostKey, "its host key is not the recorded one: it shows "+key.Type()+" "+fingerprint
		refused.mend = "somebody may be in between: ask who runs the machine whether its key was changed; only then remove the old line (" +
			recordedAt(err) + ") and add the new one"
	default:
		file := "a known_hosts file"
		if len(e.KnownHosts) > 0 {
			file = e.KnownHosts[0]
		}
		refused.Kind, refused.problem = UnknownHostKey, "its host key is not known: it shows "+key.Type()+" "+fingerprint
		refused.Line = knownhosts.Line([]string{e.hostKeyName()}, key)
		refused.mend = "compare the fingerprint with who runs the machine (there: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then add to " +
			file + ": " + refused.Line
	}
	return refused
}

func recordedAt(err error) string {
	var mismatch *xknownhosts.KeyError
	if errors.As(err, &mismatch) && len(mismatch.Want) > 0 {
		return mismatch.Want[0].String()
	}
	return "known_hosts"
}
