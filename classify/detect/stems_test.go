package detect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpeaks: stems are found at the beginning of words, within compounds if they are long, and short ones as whole words.
func TestSpeaks(t *testing.T) {
	t.Parallel()
	all, err := readStems("x.txt", "[care 3]\ndialys nephr icu geburt # birth\n[money 1]\nsteuer fee\n")
	require.NoError(t, err)
	d := newDictionary()
	d.stems = all
	for name, want := range map[string]Topic{
		"dialysis_session":    {Care: 3},
		"HaemoDialyse":        {Care: 3},
		"haemodialysegeraet":  {Care: 3},  // within a compound
		"icu_stay":            {Care: 3},  //
		"icus":                {Care: 3},  // a plural
		"icuvolume":           {},         // a short stem is a whole word
		"neugeburt":           {Care: 3},  //
		"nephrologie_dialyse": {Care: 3},  //
		"dialysis_nephro":     {Care: 3},  // one name counts once
		"lohnsteuer_fee":      {Money: 2}, //
		"Steuer_Geburt":       {Money: 1, Care: 3},
	} {
		var got Topic
		d.Speaks(&got, name, nil)
		require.Equal(t, want, got, name)
	}
}

// TestHeard: a word that many columns begin with is one word.
func TestHeard(t *testing.T) {
	t.Parallel()
	all, err := readStems("x.txt", "[person 2]\nsubscri\n")
	require.NoError(t, err)
	d := newDictionary()
	d.stems = all
	var got Topic
	heard := map[string]bool{}
	for _, name := range []string{"subscriber_name", "subscriber_phone", "subscription"} {
		d.Speaks(&got, name, heard)
	}
	require.Equal(t, Topic{Person: 4}, got)
}

func TestLead(t *testing.T) {
	t.Parallel()
	topic := Topic{Care: 5, Money: 9}
	subject, votes := topic.Lead()
	require.Equal(t, Money, subject)
	require.Equal(t, 9, votes)
	empty := Topic{}
	subject, votes = empty.Lead()
	require.Equal(t, NoSubject, subject)
	require.Zero(t, votes)
}

func TestReadStemsFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"dialys":                  "x.txt:1: stems before the first subject",
		"[care]\n":                `x.txt:1: "[care]": want a subject and a number of votes, as in [care 3]`,
		"# note\n[nobody 3]\n":    `x.txt:2: "[nobody 3]": want a subject and a number of votes, as in [care 3]`,
		"[care 0]":                `x.txt:1: "[care 0]": want a subject and a number of votes, as in [care 3]`,
		"[care 3]\n" + longStem(): `x.txt:2: "aaaaaaaaaaaaaaaaaaaaaaaaa" is too long for a stem`,
	} {
		_, err := readStems("x.txt", text)
		require.EqualError(t, err, want, "%q", text)
	}
}

func longStem() string { return strings.Repeat("a", mostStem+1) }

// TestStemsAreRich: each subject that decides a class has many stems.
func TestStemsAreRich(t *testing.T) {
	t.Parallel()
	all, err := loadStems()
	require.NoError(t, err)
	bySubject := map[Subject]int{}
	for _, s := range all {
		bySubject[s.subject]++
	}
	for subject, least := range map[Subject]int{Care: 900, Employee: 250, Money: 200, Technical: 450, Reference: 100, Person: 80} {
		require.Greater(t, bySubject[subject], least, subject.String())
	}
}

func FuzzReadStems(f *testing.F) {
	f.Add("[care 3]\ndialys nephr\n# x\n[money 1]\nœuvre ß\n", "dialysis_fee")
	f.Add("[technical 9]\na\n", "AÉ_b")
	f.Fuzz(func(t *testing.T, text, name string) {
		all, err := readStems("f.txt", text)
		if err != nil {
			var fault *LoadError
			require.ErrorAs(t, err, &fault)
			require.Positive(t, fault.Line)
			return
		}
		d := newDictionary()
		d.stems = all
		var topic Topic
		d.Speaks(&topic, name, nil)
		for _, votes := range topic {
			require.LessOrEqual(t, votes, strongStem)
		}
	})
}
