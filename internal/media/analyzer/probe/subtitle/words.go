package subtitle

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// languageWords are the commonest words of spoken language, by ISO 639-1 code. At most 64 languages.
var languageWords = []struct{ code, words string }{
	{"en", "the you and to is it that of what this have for are not with your was do don't i'm it's know we he can me my all she they there"},
	{"fr", "je tu vous est pas le la les un une que des et pour dans c'est ça nous il elle avec mais suis ne j'ai qui moi sur au du plus"},
	{"de", "ich du nicht das ist die und der es sie wir was ein zu mir mit dich auf ja wie hast den dass auch nein hier aber haben"},
	{"es", "que no de la el es lo en un por qué me una te los se con para mi está si pero las su yo muy eso estoy aquí"},
	{"pt", "que não de é eu um uma você para em com isso por se está mas meu ele ela os do da estou aqui o muito tem foi"},
	{"it", "che non di è la il un per mi ti sono ho una cosa con lo si ma questo se da mio hai perché della sei bene"},
	{"ca", "que no de la el és un per què em una amb això si però els què molt estic aquí vaig aquest"},
	{"ro", "nu de să ce este la în un am că pe cu eu te mai o ai și asta pentru dar sunt e ești"},
	{"nl", "ik je het de een is niet dat wat en van we zijn ze met voor er naar maar heb hij mijn dit geen ben hebben"},
	{"sv", "jag det är du inte att en och vi har som för på vad med han ett den kan mig var så om hon av till dig"},
	{"da", "jeg det er du ikke at en og vi har som for på hvad med han et den kan mig var så om hun af til dig"},
	{"no", "jeg det er du ikke å en og vi har som for på hva med han et den kan meg var så om hun av til deg"},
	{"fi", "on ei se ja en minä hän mutta että olen sinä mitä ole nyt niin kun voi tämä hyvä sen oli mikä onko"},
	{"et", "ei ja on ma see sa mis ta et kui aga oli mida sina mina ole siin nii"},
	{"lv", "ir tas es nav un ka tu kas mēs bet man ar viņš jā ko par"},
	{"lt", "ir tai aš ne kad tu yra kas jis mes bet man su ką ar čia taip"},
	{"pl", "nie to się że na co jest do jak ja mi tak czy ale po go jestem dla mnie z w już tego"},
	{"cs", "to je se na že co ne jsem jsi tak jak mi ale ty ho za pro si proč když nebo už není jste"},
	{"sk", "to je sa na že čo nie som si tak ako mi ale ty ho za pre prečo keď alebo už ste"},
	{"sl", "je da se ne kaj to v na sem si kako ampak za ti mi ni smo samo bil zakaj kje"},
	{"hr", "je da se ne što to u na sam si kako ali za ti mi nije smo samo ovo bio od gdje šta"},
	{"hu", "a nem az hogy ez egy meg van és is mit csak de ha itt mi vagy igen jó én el kell"},
	{"tr", "bir bu ne ve için değil mi ben sen evet hayır çok var da de ama daha nasıl şey beni"},
	{"id", "yang tidak aku kau ini itu dan di kita apa dia ada akan untuk dengan kamu saya bisa"},
	{"vi", "không là tôi anh có của và đã cho em một được này cô ấy gì"},
	{"el", "και το να είναι δεν με που για την σε μου τι θα τον της εγώ"},
	{"he", "את לא של אני זה מה הוא על אתה היא כן אבל יש לי"},
	{"ar", "من في لا ما أن على هذا أنا لقد إلى هل هو مع نعم"},
	{"fa", "که من به این را و از در تو است نه با اون برای"},
	{"ru", "не я что в и ты на это с как мы а но он меня у вы так все да нет мне его она привет"},
	{"uk", "не я що в і ти на це з як ми а але він мене у ви так все й та ні привіт"},
	{"bg", "не да се на и е ще ми това съм как какво за ти си аз го той"},
	{"sr", "је да се не што то у на сам си како али за ти ми није"},
}

// languageIndex gives for a word the set of languages that use it.
var languageIndex = sync.OnceValue(func() map[string]uint64 {
	index := make(map[string]uint64, 1024)
	for i, l := range languageWords {
		for word := range strings.FieldsSeq(l.words) {
			index[word] |= 1 << i
		}
	}
	return index
})

var languageSeed = maphash.MakeSeed()

// languageMaxWord is the length, in bytes, above which no word is a common one.
const languageMaxWord = 48

// foldWord writes a word as the lists have it: in lower case, with plain apostrophes, none of them outside.
func foldWord(to, word []byte) []byte {
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		if r == '’' {
			r = '\''
		}
		if r != '\'' || len(to) > 0 {
			to = utf8.AppendRune(to, unicode.ToLower(r))
		}
	}
	return bytes.TrimRight(to, "'")
}

// languageByWords weighs each known word by how few languages share it.
func languageByWords(text []byte) (string, float64) {
	index := languageIndex()
	var weight [64]float64
	var hits, distinct [64]int
	var last [64]uint64
	var buf [4*languageMaxWord + utf8.UTFMax]byte
	words := 0
	for word := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && !unicode.IsMark(r) }) {
		if words++; words > languageMaxWords {
			break
		}
		if len(word) > languageMaxWord {
			continue
		}
		word = foldWord(buf[:0], word)
		set := index[string(word)]
		if set == 0 {
			continue
		}
		share := 1 / float64(bits.OnesCount64(set))
		same := maphash.Bytes(languageSeed, word)
		for ; set != 0; set &= set - 1 {
			i := bits.TrailingZeros64(set)
			weight[i] += share
			hits[i]++
			if last[i] != same { // laughter is the same in every language
				distinct[i]++
				last[i] = same
			}
		}
	}
	first, second := 0, -1
	for i := range languageWords {
		switch {
		case weight[i] > weight[first]:
			first, second = i, first
		case i != first && (second < 0 || weight[i] > weight[second]):
			second = i
		}
	}
	share := float64(hits[first]) / float64(max(1, words))
	isLatin := languageWords[first].words[0] < utf8.RuneSelf
	switch {
	case hits[first] == 0 || share < 0.08, isLatin && (distinct[first] < 3 || share < 0.12):
		return "", 0
	case weight[first] < 1.1*weight[second]:
		return "", 0
	}
	return languageWords[first].code, share
}
