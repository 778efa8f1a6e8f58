package remote_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/internal/remote"
)

// hostileServer is an SSH server that lets everybody in and then does as it likes with each session.
func hostileServer(t *testing.T, config *ssh.ServerConfig, serve func(*ssh.ServerConn, <-chan ssh.NewChannel)) (address, knownHosts string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	if config == nil {
		config = &ssh.ServerConfig{NoClientAuth: true}
	}
	config.AddHostKey(signer)
	address = listen(t, func(conn net.Conn) {
		c, chans, reqs, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(reqs)
		serve(c, chans)
		c.Wait()
	})
	return address, writeKnownHosts(t, address, signer.PublicKey())
}

// session serves each exec with what a test wants.
func session(exec func(*ssh.ServerConn, ssh.Channel)) func(*ssh.ServerConn, <-chan ssh.NewChannel) {
	return func(conn *ssh.ServerConn, chans <-chan ssh.NewChannel) {
		for offered := range chans {
			ch, reqs, err := offered.Accept()
			if err != nil {
				return
			}
			go func() {
				for req := range reqs {
					req.Reply(req.Type == "exec", nil)
					if req.Type == "exec" {
						go exec(conn, ch)
					}
				}
			}()
		}
	}
}

func TestHostileHandshake(t *testing.T) {
	t.Parallel()
	flood := bytes.Repeat([]byte(secretWord+" "), 1000)
	tests := map[string]struct {
		serve func(net.Conn)
		want  remote.Kind
	}{
		"says nothing": {func(c net.Conn) { io.Copy(io.Discard, c) }, remote.TimedOut},
		"a byte at a time": {func(c net.Conn) {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for range tick.C {
				if _, err := c.Write([]byte("S")); err != nil {
					return
				}
			}
		}, remote.TimedOut},
		"a byte at a time after its name": {func(c net.Conn) {
			io.WriteString(c, "SSH-2.0-x\r\n\x00\x00\x04\x00\x04") // a packet of 1 KiB begins
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for range tick.C {
				if _, err := c.Write([]byte{0}); err != nil {
					return
				}
			}
		}, remote.TimedOut},
		"hangs up":                {func(net.Conn) {}, remote.Dropped},
		"hangs up after its name": {func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n") }, remote.Dropped},
		"a mail server": {func(c net.Conn) {
			io.WriteString(c, "220 "+secretWord+strings.Repeat("x", 400))
			io.Copy(io.Discard, c)
		}, remote.NotSSH},
		"endless lines":            {func(c net.Conn) { repeat(c, []byte(secretWord+"\n")) }, remote.NotSSH},
		"an endless first line":    {func(c net.Conn) { repeat(c, flood) }, remote.NotSSH},
		"a name and then nonsense": {func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n"); repeat(c, flood) }, remote.NotSSH},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := listen(t, tt.serve)
			d := newDialer(t, remote.Options{Limits: remote.Limits{Connect: 2 * time.Second}}, remote.Endpoint{Name: "erp-db", Address: address, User: "x"})
			began := time.Now()
			_, err := d.Client(t.Context(), "erp-db")
			requireKind(t, err, tt.want)
			require.Less(t, time.Since(began), 3*time.Second)
		})
	}
}

// TestThrottled: a server that hangs up on newcomers before it says who it is, as sshd does beyond MaxStartups, is
// tried again, and nothing else is.
func TestThrottled(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t, "MaxStartups 100")
	// throttle drops the first connections and hands the others over.
	throttle := func(t *testing.T, drops int32, say string) (address string, came *atomic.Int32) {
		t.Helper()
		came = &atomic.Int32{}
		return listen(t, func(near net.Conn) {
			if came.Add(1) <= drops {
				io.WriteString(near, say)
				return
			}
			far, err := net.Dial("tcp", sshd.Address)
			if err != nil {
				return
			}
			go func() {
				io.Copy(far, near)
				far.Close() // or the sshd behind it waits for more
			}()
			io.Copy(near, far)
		}), came
	}
	dial := func(t *testing.T, connect time.Duration, e remote.Endpoint, hops ...remote.Endpoint) error {
		t.Helper()
		d := newDialer(t, remote.Options{KnownHosts: []string{sshd.KnownHosts}, Limits: remote.Limits{Connect: connect}}, append(hops, e)...)
		client, err := d.Client(t.Context(), e.Name)
		if err == nil {
			client.Close()
		}
		return err
	}
	throttled := func(address string) remote.Endpoint {
		e := sshd.endpoint("erp-db")
		e.Address, e.KnownHosts = address, []string{writeKnownHosts(t, address, sshd.HostKey)}
		return e
	}
	t.Run("twice, silently", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 2, "")
		require.NoError(t, dial(t, 0, throttled(address)))
		require.EqualValues(t, 3, came.Load())
	})
	t.Run("twice, with a word", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 2, "Exceeded MaxStartups\r\n")
		require.NoError(t, dial(t, 0, throttled(address)))
		require.EqualValues(t, 3, came.Load())
	})
	t.Run("behind a jump host", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 2, "")
		e := throttled(address)
		e.Via = "bastion"
		require.NoError(t, dial(t, 0, e, sshd.endpoint("bastion")))
		require.EqualValues(t, 3, came.Load())
	})
	t.Run("always", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 1000, "")
		began := time.Now()
		requireKind(t, dial(t, time.Second, throttled(address)), remote.Dropped)
		require.Less(t, time.Since(began), 2*time.Second, "within the limit of one connect")
		require.Greater(t, came.Load(), int32(2))
	})
	t.Run("not after a key that is not known", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 0, "")
		e := throttled(address)
		e.KnownHosts = []string{}
		requireKind(t, dial(t, 0, e), remote.UnknownHostKey)
		require.EqualValues(t, 1, came.Load())
	})
	t.Run("not after a refused login", func(t *testing.T) {
		t.Parallel()
		address, came := throttle(t, 0, "")
		e := throttled(address)
		e.Auth = remote.Auth{Password: password(secretWord)}
		requireKind(t, dial(t, 0, e), remote.AuthFailed)
		require.EqualValues(t, 1, came.Load())
	})
}

func repeat(w io.Writer, p []byte) {
	for {
		if _, err := w.Write(p); err != nil {
			return
		}
	}
}

func TestEndlessBanner(t *testing.T) {
	t.Parallel()
	// Each banner is a packet of its own; the library would read them for ever.
	config := &ssh.ServerConfig{PasswordCallback: func(conn ssh.ConnMetadata, _ []byte) (*ssh.Permissions, error) {
		for range 1000 {
			if err := conn.(ssh.ServerPreAuthConn).SendAuthBanner(strings.Repeat(secretWord, 3000)); err != nil {
				return nil, err
			}
		}
		return nil, io.EOF
	}}
	address, known := hostileServer(t, config, session(nil))
	e := remote.Endpoint{Name: "erp-db", Address: address, User: "x", Auth: remote.Auth{Password: password(secretWord)}}
	_, err := newDialer(t, remote.Options{KnownHosts: []string{known}}, e).Client(soon(t, 20*time.Second), "erp-db")
	requireKind(t, err, remote.NotSSH)
}

func TestPassword(t *testing.T) {
	t.Parallel()
	check := func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
		if string(given) != secretWord {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, nil
	}
	interactive := func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		answers, err := ask("", "", []string{"Password: "}, []bool{false})
		if err != nil || len(answers) != 1 {
			return nil, io.ErrUnexpectedEOF
		}
		return check(nil, []byte(answers[0]))
	}
	for name, config := range map[string]*ssh.ServerConfig{
		"password": {PasswordCallback: check}, "keyboard-interactive": {KeyboardInteractiveCallback: interactive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, known := hostileServer(t, config, session(nil))
			e := remote.Endpoint{Name: "erp-db", Address: address, User: "x", Auth: remote.Auth{Password: password(secretWord)}}
			connect(t, newDialer(t, remote.Options{KnownHosts: []string{known}}, e), "erp-db")
			e.Auth.Password = password(secretWord + "!")
			_, err := newDialer(t, remote.Options{KnownHosts: []string{known}}, e).Client(t.Context(), "erp-db")
			failed := requireKind(t, err, remote.AuthFailed)
			require.Contains(t, failed.Error(), name)
			e.Auth.Password = nil
			_, err = newDialer(t, remote.Options{KnownHosts: []string{known}}, e).Client(t.Context(), "erp-db")
			failed = requireKind(t, err, remote.AuthFailed)
			require.Contains(t, failed.Mend(), name)
		})
	}
}

func TestOldAlgorithmsAreAnOptIn(t *testing.T) {
	t.Parallel()
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.KeyExchanges = []string{ssh.InsecureKeyExchangeDH1SHA1}
	config.Ciphers = []string{ssh.InsecureCipherAES128CBC}
	address, known := hostileServer(t, config, session(nil))
	e := remote.Endpoint{Name: "old-crm", Address: address, User: "x"}
	_, err := newDialer(t, remote.Options{KnownHosts: []string{known}}, e).Client(t.Context(), "old-crm")
	requireKind(t, err, remote.NoCommonAlgorithm)
	e.LegacyAlgorithms = true
	client := connect(t, newDialer(t, remote.Options{KnownHosts: []string{known}}, e), "old-crm")
	kex, _, cipher := client.Algorithms()
	require.Equal(t, ssh.InsecureKeyExchangeDH1SHA1, kex)
	require.Equal(t, ssh.InsecureCipherAES128CBC, cipher)
}

func TestHostileSession(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		serve func(*ssh.ServerConn, <-chan ssh.NewChannel)
		want  remote.Kind
	}{
		"opens no session": {func(_ *ssh.ServerConn, chans <-chan ssh.NewChannel) {
			for offered := range chans {
				offered.Reject(ssh.Prohibited, secretWord)
			}
		}, remote.ChannelRefused},
		"never answers":             {func(*ssh.ServerConn, <-chan ssh.NewChannel) {}, remote.TimedOut},
		"never ends":                {session(func(*ssh.ServerConn, ssh.Channel) {}), remote.TimedOut},
		"no exit status":            {session(func(_ *ssh.ServerConn, ch ssh.Channel) { ch.Close() }), remote.Dropped},
		"drops the line":            {session(func(c *ssh.ServerConn, ch ssh.Channel) { io.WriteString(ch, secretWord); c.Close() }), remote.Dropped},
		"goes on after the hang-up": {session(func(_ *ssh.ServerConn, ch ssh.Channel) { repeat(ch.Stderr(), make([]byte, 32<<10)) }), remote.TimedOut},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, known := hostileServer(t, nil, tt.serve)
			d := newDialer(t, remote.Options{KnownHosts: []string{known}}, remote.Endpoint{Name: "erp-db", Address: address, User: "x"})
			client := connect(t, d, "erp-db")
			began := time.Now()
			result, err := client.Run(soon(t, time.Second), remote.Command{Script: "true"})
			requireKind(t, err, tt.want)
			require.Less(t, time.Since(began), 3*time.Second)
			require.LessOrEqual(t, len(result.Stderr), 64<<10)
		})
	}
}

// TestCancel: a command whose time is over is told to stop by name, and what it printed is not lost.
func TestCancel(t *testing.T) {
	t.Parallel()
	signals := make(chan string, 1)
	address, known := hostileServer(t, nil, func(_ *ssh.ServerConn, chans <-chan ssh.NewChannel) {
		for offered := range chans {
			ch, reqs, err := offered.Accept()
			if err != nil {
				return
			}
			for req := range reqs {
				switch req.Type {
				case "exec":
					req.Reply(true, nil)
					io.WriteString(ch, "begun\n")
				case "signal":
					signals <- string(req.Payload[4:])
				}
			}
		}
	})
	d := newDialer(t, remote.Options{KnownHosts: []string{known}}, remote.Endpoint{Name: "erp-db", Address: address, User: "x"})
	ctx, cancel := context.WithCancel(t.Context())
	result, err := connect(t, d, "erp-db").Run(ctx, remote.Command{Script: "true", Line: func(string, string) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "begun\n", string(result.Stdout))
	select {
	case name := <-signals:
		require.Equal(t, "TERM", name)
	case <-soon(t, 10*time.Second).Done():
		require.Fail(t, "no signal came")
	}
}

func TestEndlessOutput(t *testing.T) {
	t.Parallel()
	address, known := hostileServer(t, nil, session(func(_ *ssh.ServerConn, ch ssh.Channel) { repeat(ch, make([]byte, 32<<10)) }))
	d := newDialer(t, remote.Options{KnownHosts: []string{known}, Limits: remote.Limits{Output: 1 << 20}},
		remote.Endpoint{Name: "erp-db", Address: address, User: "x"})
	result, err := connect(t, d, "erp-db").Run(soon(t, 20*time.Second), remote.Command{Script: "true"})
	require.NoError(t, err)
	require.True(t, result.Truncated)
	require.Len(t, result.Stdout, 1<<20)
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	// A peer that answers nothing any more loses the connection, and the next client dials anew.
	address, known := hostileServer(t, nil, func(*ssh.ServerConn, <-chan ssh.NewChannel) {})
	relay, freeze := freezingRelay(t, address)
	limits := remote.Limits{KeepAlive: 50 * time.Millisecond, Connect: 10 * time.Second}
	d := newDialer(t, remote.Options{KnownHosts: []string{known}, Limits: limits},
		remote.Endpoint{Name: "erp-db", Address: relay, User: "x", HostKeyAlias: address})
	client := connect(t, d, "erp-db")
	freeze()
	_, err := client.Run(soon(t, 10*time.Second), remote.Command{Script: "true"})
	requireKind(t, err, remote.Dropped)
	connect(t, d, "erp-db")
}

// freezingRelay passes on bytes until freeze is called, and then keeps those connections open and silent.
func freezingRelay(t *testing.T, to string) (address string, freeze func()) {
	t.Helper()
	frozen := make(chan struct{})
	var first atomic.Bool
	first.Store(true)
	address = listen(t, func(near net.Conn) {
		far, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer far.Close()
		if !first.Swap(false) {
			go io.Copy(far, near)
			io.Copy(near, far)
			return
		}
		go io.Copy(far, near)
		go func() {
			buf := make([]byte, 4096)
			for {
				n, err := far.Read(buf)
				select {
				case <-frozen:
					return
				default:
				}
				if err != nil {
					return
				}
				near.Write(buf[:n])
			}
		}()
		<-t.Context().Done()
	})
	return address, func() { close(frozen) }
}

func password(word string) func(ctx context.Context) (string, error) {
	return func(context.Context) (string, error) { return word, nil }
}
