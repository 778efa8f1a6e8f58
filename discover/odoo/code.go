package odoo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"nightferry/internal/estate"
)

// mostHosts is how many hosts of one program text are kept.
const mostHosts = 50

// codeOf measures and hashes a program text and keeps the hosts that it names. nil for none.
func codeOf(text string) *estate.Code {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(text))
	return &estate.Code{Length: utf8.RuneCountInString(text), SHA256: hex.EncodeToString(sum[:]), Hosts: hostsIn(text)}
}

// hostsIn finds the hosts of the addresses in a text, sorted. Of an address nothing else is kept, since logins, paths
// and arguments hold tokens. What is put together when the code runs, such as https://%s/ or "https://" + host, is no
// address.
func hostsIn(text string) []estate.CodeHost {
	address := regexp.MustCompile(`(?i)\b(https?|wss?|ftps?|sftp|scp|ssh|smb|ldaps?|smtps?|imaps?|pop3s?|amqps?|mqtts?|` +
		`postgres(?:ql)?|mysql|redis|mllp|tcp|udp)://(?:[^\s/'"@?#]*@)?` +
		`([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::([0-9]{1,5}))?`)
	var hosts []estate.CodeHost
	for _, at := range address.FindAllStringSubmatchIndex(text, -1) {
		if rest := text[at[1]:]; rest != "" && strings.ContainsRune(".:@%{_-+$&!~*=", rune(rest[0])) {
			continue // the name goes on, or what looked like a name is a login
		}
		host := estate.CodeHost{Protocol: strings.ToLower(text[at[2]:at[3]]), Host: strings.ToLower(text[at[4]:at[5]])}
		if len(host.Host) > 253 {
			continue
		}
		if at[6] >= 0 {
			host.Port, _ = strconv.Atoi(text[at[6]:at[7]])
			if host.Port > 65535 {
				host.Port = 0
			}
		}
		hosts = append(hosts, host)
	}
	slices.SortFunc(hosts, func(a, b estate.CodeHost) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
	})
	hosts = slices.Compact(hosts)
	return hosts[:min(len(hosts), mostHosts)]
}
