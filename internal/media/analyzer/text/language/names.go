package language

// names are what is written for languages beside codes: their names in English and their own, codes that subtitle sites
// and
// releases made up, and countries in place of languages where no language has that code.
var names = map[string]string{
	"english": "en", "french": "fr", "français": "fr", "francais": "fr", "german": "de", "deutsch": "de",
	"spanish": "es", "español": "es",
	"espanol": "es", "castilian": "es", "castellano": "es", "italian": "it", "italiano": "it", "portuguese": "pt",
	"português": "pt",
	"portugues": "pt", "brazilian": "pt-BR", "brazilian portuguese": "pt-BR", "portuguese (brazil)": "pt-BR", "dutch": "nl", "nederlands": "nl", //nolint:misspell // Portuguese, without its accent
	"flemish": "nl-BE", "swedish": "sv", "svenska": "sv", "norwegian": "no", "norsk": "no", "danish": "da",
	"dansk": "da", "finnish": "fi",
	"suomi": "fi", "icelandic": "is", "íslenska": "is", "polish": "pl", "polski": "pl", "czech": "cs", "čeština": "cs",
	"slovak":     "sk",
	"slovenčina": "sk", "slovenian": "sl", "slovene": "sl", "hungarian": "hu", "magyar": "hu", "romanian": "ro",
	"română":    "ro",
	"bulgarian": "bg", "български": "bg", "greek": "el", "ελληνικά": "el", "turkish": "tr", "türkçe": "tr",
	"turkce": "tr", "russian": "ru",
	"русский": "ru", "ukrainian": "uk", "українська": "uk", "belarusian": "be", "croatian": "hr", "hrvatski": "hr",
	"serbian": "sr",
	"српски":  "sr", "srpski": "sr-Latn", "bosnian": "bs", "macedonian": "mk", "albanian": "sq", "estonian": "et",
	"eesti": "et", "latvian": "lv",
	"latviešu": "lv", "lithuanian": "lt", "lietuvių": "lt", "japanese": "ja", "日本語": "ja", "chinese": "zh", "中文": "zh",
	"mandarin":  "zh",
	"cantonese": "yue", "simplified chinese": "zh-Hans", "traditional chinese": "zh-Hant",
	"chinese (simplified)":  "zh-Hans",
	"chinese (traditional)": "zh-Hant", "简体": "zh-Hans", "簡體": "zh-Hant", "繁体": "zh-Hant", "繁體": "zh-Hant",
	"korean": "ko",
	"한국어":    "ko", "thai": "th", "ไทย": "th", "vietnamese": "vi", "tiếng việt": "vi", "indonesian": "id",
	"bahasa indonesia": "id",
	"malay":            "ms", "tagalog": "fil", "filipino": "fil", "hindi": "hi", "हिन्दी": "hi", "bengali": "bn", "tamil": "ta",
	"telugu":    "te",
	"malayalam": "ml", "kannada": "kn", "marathi": "mr", "gujarati": "gu", "punjabi": "pa", "urdu": "ur",
	"persian": "fa", "farsi": "fa",
	"arabic": "ar", "العربية": "ar", "hebrew": "he", "עברית": "he", "catalan": "ca", "català": "ca", "basque": "eu",
	"euskara":  "eu",
	"galician": "gl", "galego": "gl", "welsh": "cy", "irish": "ga", "latin": "la", "esperanto": "eo", "afrikaans": "af",
	"swahili":  "sw",
	"georgian": "ka", "armenian": "hy", "azerbaijani": "az", "kazakh": "kk", "uzbek": "uz", "mongolian": "mn",
	"multiple languages": "mul",
	"multi":              "mul", "latin american spanish": "es-419", "spanish (latin america)": "es-419", "latino": "es-419",

	"pob": "pt-BR", "pb": "pt-BR", "ptb": "pt-BR", "spl": "es-419", "es-la": "es-419", "chs": "zh-Hans",
	"cht": "zh-Hant", "zhe": "zh", "ze": "zh",
	"scr": "hr", "scc": "sr", "jp": "ja", "jap": "ja", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk", "cn": "zh",
	"jpa": "ja",
	"unk": "", "xxx": "", "unknown": "", "--": "", "undetermined": "", "undefined": "",
}
