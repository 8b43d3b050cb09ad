package name

import "strings"

// gameRegions reads where a game was sold: words with commas between ("Japan, USA"), a TOSEC code ("US-EU"), or
// GoodTools' letters ("JUE"). nil: the group is none such.
func gameRegions(text string) (regions []string) {
	for word := range strings.SplitSeq(text, ",") {
		code, ok := regionWords[strings.ToLower(strings.TrimSpace(word))]
		if !ok {
			regions = nil
			break
		}
		regions = append(regions, code)
	}
	if regions != nil {
		return regions
	}
	if len(text) == 2 || len(text) == 5 && text[2] == '-' {
		for code := range strings.SplitSeq(text, "-") {
			region, ok := regionCodes[code]
			if !ok {
				return nil
			}
			regions = append(regions, region)
		}
		return regions
	}
	if len(text) > 4 {
		return nil
	}
	for i := range len(text) {
		region, ok := regionLetters[text[i]]
		if !ok {
			return nil
		}
		regions = append(regions, region)
	}
	return regions
}

// regionWords are No-Intro's names of regions, in lower case, with the codes that stand for them: ISO 3166-1
// alpha-3 for countries, and short names for what is none.
var regionWords = map[string]string{
	"argentina": "ARG", "asia": "ASI", "australia": "AUS", "austria": "AUT", "belgium": "BEL", "brazil": "BRA",
	"canada": "CAN", "china": "CHN", "croatia": "HRV", "czech": "CZE", "denmark": "DNK", "europe": "EUR",
	"finland": "FIN", "france": "FRA", "germany": "DEU", "greece": "GRC", "hong kong": "HKG", "hungary": "HUN",
	"india": "IND", "ireland": "IRL", "israel": "ISR", "italy": "ITA", "japan": "JPN", "korea": "KOR",
	"latin america": "LAT", "mexico": "MEX", "netherlands": "NLD", "new zealand": "NZL", "norway": "NOR",
	"poland": "POL", "portugal": "PRT", "russia": "RUS", "scandinavia": "SCA", "singapore": "SGP",
	"south africa": "ZAF", "spain": "ESP", "sweden": "SWE", "switzerland": "CHE", "taiwan": "TWN", "thailand": "THA",
	"turkey": "TUR", "uk": "GBR", "united kingdom": "GBR", "ukraine": "UKR", "united arab emirates": "ARE",
	"usa": "USA", "world": "WORLD",
}

// regionCodes are TOSEC's, which are ISO 3166-1 alpha-2 in capitals.
var regionCodes = map[string]string{
	"AU": "AUS", "BR": "BRA", "CA": "CAN", "CN": "CHN", "DE": "DEU", "DK": "DNK", "ES": "ESP", "EU": "EUR",
	"FI": "FIN", "FR": "FRA", "GB": "GBR", "GR": "GRC", "HK": "HKG", "IT": "ITA", "JP": "JPN", "KR": "KOR",
	"NL": "NLD", "NO": "NOR", "PL": "POL", "PT": "PRT", "RU": "RUS", "SE": "SWE", "TW": "TWN", "UK": "GBR",
	"US": "USA", "UE": "USA",
}

// regionLetters are GoodTools'.
var regionLetters = map[byte]string{
	'A': "AUS", 'B': "BRA", 'E': "EUR", 'F': "FRA", 'G': "DEU", 'I': "ITA", 'J': "JPN", 'K': "KOR", 'S': "ESP",
	'U': "USA", 'W': "WORLD",
}

// gameLanguages reads a list of codes with commas between ("En,Fr,De", "Pt-BR"), or one in lower case as TOSEC has
// it. nil: the group is none such.
func gameLanguages(text string) (codes Strings) {
	for word := range strings.SplitSeq(text, ",") {
		code, region, dashed := strings.Cut(word, "-")
		if len(code) != 2 || !isLetter(code[0]) || code[1] < 'a' || code[1] > 'z' ||
			dashed && (len(region) < 2 || len(region) > 4) {
			return nil
		}
		code = strings.ToLower(code)
		if dashed {
			code += "-" + subtag(region)
		}
		codes.add(code)
	}
	return codes
}
