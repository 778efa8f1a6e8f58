package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestCodeIsCountedOnTheHost runs the script's own counter over a module, with each awk there is.
func TestCodeIsCountedOnTheHost(t *testing.T) {
	t.Parallel()
	module := t.TempDir()
	for name, text := range map[string]string{
		"models/partner.py":      "class Partner(models.Model):\n    _inherit = 'res.partner'\n    def x(self):\n        self.env.cr.execute('SELECT 1')\n",
		"models/patient.py":      "class Patient(models.Model):\n    _name = \"clinic.patient\"\n    _inherit = [\"mail.thread\",\n                'mail.activity.mixin']\n\nclass Move(models.Model):\n    _inherit = [\n        'account.move',\n    ]\n    _rec = 'x.y'\nclass Same(models.Model):\n    _name = 'sale.order'\n    _inherit = ['sale.order', 'mail.thread']\n",
		"controllers/main.py":    "class A(http.Controller):\n    @http.route('/a')\n    def a(self): pass\n    @route( ['/b'])\n    def b(self): cr.execute (q)\n",
		"tests/test_x.py":        "class T: pass\n",
		"views/a.xml":            "<odoo>\n</odoo>\n",
		"static/src/a.js":        "a\nb\nc\n",
		"static/src/a.min.js":    "a\n",
		"static/src/lib/x.js":    "a\nb\n",
		"node_modules/x/main.js": "a\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(module, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(module, name), []byte(text), 0o600))
	}
	for _, awk := range [][]string{{"mawk"}, {"gawk"}, {"busybox", "awk"}, {"original-awk"}} {
		if _, err := exec.LookPath(awk[0]); err != nil {
			continue
		}
		t.Run(awk[0], func(t *testing.T) {
			t.Parallel()
			args := []string{module, "(", "-path", "*/static/src/lib", "-o", "-name", "node_modules", ")", "-prune", "-o", "-type", "f", "-exec"}
			args = append(append(args, awk...), codeAWK, "{}", "+")
			out, err := exec.CommandContext(t.Context(), "find", args...).Output()
			require.NoError(t, err)
			read := parseModules("module /opt/odoo/addons/clinic\n" + string(out))
			require.Equal(t, []estate.CodeModule{{Name: "clinic", Path: "/opt/odoo/addons/clinic", PythonLines: 23, XMLLines: 2, JSLines: 3, Tests: true, Controllers: 2, RawSQL: 2,
				Inherits: []string{"account.move", "res.partner", "sale.order"}}}, read.modules)
		})
	}
}

const modulesBody = `module /opt/odoo/addons/clinic_base
py 390
py 10
xml 243
js 0
tests 1
routes 1
sql 2
inherits res.partner
manifest
|# licence
|{
|    "name": "Clinic", 'version': "14.0.2.3.0", "author": ["Clinic North IT", 'OCA'],
|    "depends": ["mail", 'account'],
|    "license": "LGPL-3", 'installable': False}

module /opt/odoo/addons/broken
py 3
manifest
|{'name': open('x')}

module relative
partly /opt
denied /var/lib/odoo/addons
`

func TestOdooModules(t *testing.T) {
	t.Parallel()
	read := func(f frame, odoo bool) estate.Section[[]estate.CodeModule] {
		h := estate.Host{}
		if odoo {
			h.Applications.Value = []estate.Application{{Kind: "odoo"}}
		}
		return odooModules(&h, transcript{bye: true, frames: map[string]frame{"modules": f, "identity": {body: "me=assess"}}})
	}
	s := read(frame{body: modulesBody}, true)
	require.Equal(t, estate.Known, s.Coverage)
	require.Equal(t, []estate.CodeModule{
		{Name: "broken", Path: "/opt/odoo/addons/broken", PythonLines: 3},
		{Name: "clinic_base", Path: "/opt/odoo/addons/clinic_base", Version: "14.0.2.3.0", Author: "Clinic North IT, OCA", Licence: "LGPL-3", Depends: []string{"account", "mail"},
			PythonLines: 400, XMLLines: 243, Tests: true, Controllers: 1, RawSQL: 2, Inherits: []string{"res.partner"}},
	}, s.Value)
	require.Equal(t, "this account may not read /var/lib/odoo/addons; 1 folders or modules could be read in part only; 1 manifests are not what Odoo could read", s.Problem)
	require.Equal(t, "read access of assess to /var/lib/odoo/addons", s.Grant)
	require.Equal(t, estate.Absent, read(frame{}, false).Coverage)
	require.Equal(t, estate.Known, read(frame{}, true).Coverage)
	require.Equal(t, estate.Denied, read(frame{body: "denied /opt/odoo\n"}, true).Coverage)
	late := read(frame{body: modulesBody, code: exitTimeout}, true)
	require.True(t, late.Truncated)
	require.Len(t, late.Value, 2)
	require.Equal(t, estate.Timeout, read(frame{code: exitTimeout}, true).Coverage)
}

func TestFilestores(t *testing.T) {
	t.Parallel()
	read := func(f frame, odoo bool) estate.Section[[]estate.Filestore] {
		h := estate.Host{Configurations: estate.Section[[]estate.Configuration]{Grant: "cat"}}
		if odoo {
			h.Applications.Value = []estate.Application{{Kind: "odoo"}}
		}
		return filestores(&h, transcript{bye: true, frames: map[string]frame{"filestores": f, "identity": {body: "me=assess"}}})
	}
	const found = "stated\nstore /srv/odoo/filestore/clinic\nstore /srv/odoo/filestore/old\nstore /srv/odoo/filestore/big\nfiles 520 5000000000 /srv/odoo/filestore/clinic\ndenied /srv/odoo/filestore/old\nfiles -1 x /srv/odoo/filestore/big\n"
	s := read(frame{body: found}, true)
	require.Equal(t, []estate.Filestore{
		{Database: "big", Path: "/srv/odoo/filestore/big", Coverage: estate.Timeout},
		{Database: "clinic", Path: "/srv/odoo/filestore/clinic", Coverage: estate.Known, Files: 520, Bytes: 5_000_000_000},
		{Database: "old", Path: "/srv/odoo/filestore/old", Coverage: estate.Denied},
	}, s.Value)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/find /srv/odoo/filestore -type f -ls", s.Grant)
	require.Equal(t, "this account may not read /srv/odoo/filestore; to count all files took longer than 15 seconds", s.Problem)
	require.Equal(t, s.Value, read(frame{body: found, code: exitTimeout}, true).Value)
	denied := read(frame{body: "denied /var/lib/odoo/filestore\n"}, true)
	require.Equal(t, estate.Denied, denied.Coverage)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/find /var/lib/odoo/filestore -type f -ls", denied.Grant)
	require.Equal(t, estate.Absent, read(frame{}, false).Coverage)
	require.Equal(t, estate.Known, read(frame{body: "stated\n"}, true).Coverage)
	unknown := read(frame{}, true)
	require.Equal(t, estate.Denied, unknown.Coverage)
	require.Equal(t, "cat", unknown.Grant)
	require.Equal(t, estate.Timeout, read(frame{code: exitTimeout}, true).Coverage)
}
