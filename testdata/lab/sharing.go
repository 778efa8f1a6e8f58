package lab

import "sync"

// sharing is this process's share of the lab. All its tests use one lock: a test that waited for a second one, behind
// an exclusive test of another process, would keep one of go test's few places from the tests that hold the first.
type sharing struct {
	mu      sync.Mutex
	users   int
	release func()
}

//nolint:gochecknoglobals // the lock is the process's, as the tests of a process share nothing else
var shared sharing

// share takes the lab together with others, or joins the share that this process has.
func share(dir string, kind lockKind) (func(), error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.users == 0 {
		release, err := lock(dir, kind)
		if err != nil {
			return nil, err
		}
		shared.release = release
	}
	shared.users++
	return shared.leave, nil
}

// inUse tells whether a test of this process holds the lab.
func (s *sharing) inUse() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.users > 0
}

func (s *sharing) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users--
	if s.users == 0 {
		s.release()
	}
}
