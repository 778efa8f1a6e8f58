package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// start makes a cluster and runs it. PostgreSQL refuses to run as root, so root's tests run it as postgres.
func start() (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "nfpg") // short: a socket's path ends at 107 bytes
	if err != nil {
		return nil, err
	}
	attributes, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Dir: dir, Port: port, Bin: bin}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8",
		"--locale=C", "-A", "trust", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attributes, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	access := "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		return nil, err
	}
	return c, c.run(data, attributes)
}

func (c *Cluster) run(data string, attributes *syscall.SysProcAttr) error {
	log, err := os.Create(filepath.Join(c.Dir, "log"))
	if err != nil {
		return err
	}
	server := exec.Command(filepath.Join(c.Bin, "postgres"), "-D", data, "-k", c.Dir, "-p", strconv.Itoa(c.Port),
		"-h", "127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
		"-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB", "-c", "wal_level=logical")
	server.SysProcAttr, server.Dir, server.Stdout, server.Stderr = attributes, c.Dir, log, log
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The kernel kills the server when the thread that started it ends: keep that thread for the server's life.
		runtime.LockOSThread()
		started <- server.Start()
		_ = server.Wait()
		close(ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	c.stop = func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // immediate: nothing in it is worth a checkpoint
		<-ended
		os.RemoveAll(c.Dir)
	}
	return wait(30*time.Second, func() error {
		out, err := exec.Command(filepath.Join(c.Bin, "pg_isready"), "-q", "-h", c.Dir, "-p", strconv.Itoa(c.Port)).CombinedOutput()
		if err != nil {
			return fmt.Errorf("the server did not come up: %w %s", err, out)
		}
		return nil
	})
}

// unprivileged gives dir to the user that the server will run as, and says how to run as that user.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
