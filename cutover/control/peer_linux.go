package control

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// isOurs lets in the engine's own user and root. The folder's mode should have kept others out; this does not rely on it.
func isOurs(conn net.Conn) error {
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("it did not come through a Unix socket")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("who it is cannot be told: %w", err)
	}
	return allow(peer.Uid, uint32(os.Geteuid()))
}

func allow(peer, own uint32) error {
	if peer != own && peer != 0 {
		return fmt.Errorf("it is user %d", peer)
	}
	return nil
}
