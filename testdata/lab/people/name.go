package people

import "math/rand/v2"

// script is a way to write names: given names, and family names made of a mark that says "test" and an ending.
type script struct {
	share         int // of a hundred people
	female, male  []string
	marks         []string
	ends, endsFem []string // feminine endings where the language has them
	familyFirst   bool
	countries     []string
}

// scripts holds those the lab has. Shares add up to 100.
func scripts() []script {
	return []script{
		{
			share:     38,
			female:    []string{"Ada", "Berta", "Clara", "Dora", "Edith", "Flora", "Greta", "Hanna", "Ida", "Julia", "Maren", "Nora", "Olga", "Paula"},
			male:      []string{"Adam", "Bruno", "Carl", "David", "Emil", "Felix", "Georg", "Hugo", "Ivan", "Jonas", "Max", "Oskar", "Paul", "Simon"},
			marks:     []string{"Test", "Muster", "Sample", "Probe", "Dummy", "Exempel", "Specimen", "Placeholder"},
			ends:      []string{"mann", "berg", "son", "wright", "feld", "stein", "field", "brook", "ley", "sen", "dorf", "hoff"},
			countries: []string{"US", "GB", "DE", "CH", "NL", "BE"},
		}, {
			share:     24,
			female:    []string{"Zoë", "Renée", "Núria", "Søs", "Łucja", "Žofie", "Åsa", "İpek", "Ülle", "Chloé", "Begoña", "Siân"},
			male:      []string{"André", "José", "Jürgen", "Øyvind", "Łukasz", "Jiří", "Håkan", "Çağrı", "Íñigo"},
			marks:     []string{"O'Test", "D'Essai", "Prüf", "Épreuv", "Muestr", "Pró", "Przykład", "Zkoušk", "Prøve", "Örnek"},
			ends:      []string{"müller", "ière", "íñez", "ão", "owski", "ský", "gård", "oğlu", "ström", "é-Muster"},
			endsFem:   []string{"müller", "ière", "íñez", "ão", "owska", "ová", "gård", "oğlu", "ström", "é-Muster"},
			countries: []string{"FR", "ES", "DE", "BE", "CH"},
		}, {
			share:     8,
			female:    []string{"Ελένη", "Μαρία", "Σοφία", "Ιωάννα", "Κατερίνα", "Δέσποινα"},
			male:      []string{"Γιώργος", "Νίκος", "Δημήτρης", "Κώστας", "Άγγελος", "Ιωάννης"},
			marks:     []string{"Δοκιμαστ", "Παραδειγματ", "Υποδειγματ", "Ψευδωνυμ"},
			ends:      []string{"ίδης", "όπουλος", "άκης", "ιάδης", "έλης"},
			endsFem:   []string{"ίδου", "οπούλου", "άκη", "ιάδου", "έλη"},
			countries: []string{"GB", "DE", "BE"},
		}, {
			share:     12,
			female:    []string{"Анна", "Ольга", "Наталья", "Ирина", "Софія", "Людмила", "Ёлка"},
			male:      []string{"Иван", "Пётр", "Сергей", "Андрій", "Николай", "Юрий", "Фёдор"},
			marks:     []string{"Провер", "Образц", "Тест", "Пример", "Випробув"},
			ends:      []string{"кин", "овский", "ов", "енко", "ев"},
			endsFem:   []string{"кина", "овская", "ова", "енко", "ева"},
			countries: []string{"DE", "US", "NL"},
		}, {
			share:     9,
			female:    []string{"فاطمة", "مريم", "ليلى", "سلمى", "هدى", "نور"},
			male:      []string{"محمد", "أحمد", "يوسف", "عمر", "خالد", "سامي"},
			marks:     []string{"الاختبار", "التجريب", "النموذج", "المثال"},
			ends:      []string{"ي", "اوي", "اني", ""},
			countries: []string{"FR", "GB", "DE"},
		}, {
			share:       9,
			female:      []string{"丽华", "秀英", "芳", "娜", "静怡", "雅婷"},
			male:        []string{"伟", "建国", "强", "磊", "志明", "俊杰"},
			marks:       []string{"测试", "样本", "示例", "試驗"},
			ends:        []string{"", "甲", "乙", "丙"},
			familyFirst: true,
			countries:   []string{"US", "GB", "NL"},
		},
	}
}

// pick returns one of the choices.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// name draws a given and a family name.
func (s script) name(r *rand.Rand, female bool) (given, family string) {
	given, ends := pick(r, s.male), s.ends
	if female {
		given = pick(r, s.female)
		if s.endsFem != nil {
			ends = s.endsFem
		}
	}
	return given, pick(r, s.marks) + pick(r, ends)
}
