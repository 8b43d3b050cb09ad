package probetest

import (
	"fmt"
	"strings"
)

// Spoken are a few invented lines of dialogue in each language.
var Spoken = map[string]string{
	"en": "I don't know what you mean.\nWe have to go now, she is waiting for us.\nThis is not the way to do it.\nCan you hear me?",
	"fr": "Je ne sais pas ce que vous voulez dire.\nNous devons partir, elle nous attend.\nCe n'est pas la bonne façon de faire.\nTu m'entends, mon frère ?",
	"de": "Ich weiß nicht, was du meinst.\nWir müssen jetzt gehen, sie wartet auf uns.\nDas ist nicht der richtige Weg.\nKannst du mich hören?",
	"es": "No sé lo que quieres decir.\nTenemos que irnos, ella nos está esperando.\nEsa no es la manera de hacerlo.\n¿Puedes oírme, por favor?",
	"pt": "Eu não sei o que você quer dizer.\nTemos que ir agora, ela está esperando por nós.\nNão é assim que se faz isso.\nVocê pode me ouvir?",
	"it": "Non so che cosa vuoi dire.\nDobbiamo andare, lei ci sta aspettando.\nQuesto non è il modo di farlo.\nMi senti, perché non rispondi?",
	"nl": "Ik weet niet wat je bedoelt.\nWe moeten nu gaan, ze wacht op ons.\nDit is niet de manier om het te doen.\nKan je me horen?",
	"sv": "Jag vet inte vad du menar.\nVi måste gå nu, hon väntar på oss.\nDet är inte rätt sätt att göra det på.\nKan du höra mig?",
	"da": "Jeg ved ikke, hvad du mener.\nVi er nødt til at gå nu, hun venter på os.\nDet er ikke sådan, man gør det.\nKan du høre mig?",
	"no": "Jeg vet ikke hva du mener.\nVi må gå nå, hun venter på oss.\nDet er ikke slik man gjør det, hør på meg.\nHva skal vi gjøre av det?",
	"fi": "En tiedä mitä sinä tarkoitat.\nMeidän täytyy mennä nyt, hän odottaa.\nTämä ei ole oikea tapa, mutta niin se on.\nKuuletko minua?",
	"pl": "Nie wiem, co masz na myśli.\nMusimy już iść, ona na nas czeka.\nTo nie jest dobry sposób, ale tak się nie da.\nCzy mnie słyszysz?",
	"cs": "Nevím, co tím myslíš.\nMusíme už jít, čeká na nás, není to daleko.\nTo není správný způsob, jak to udělat.\nProč mě neslyšíš?",
	"hu": "Nem tudom, hogy mire gondolsz.\nMost már mennünk kell, ő vár ránk.\nEz nem a jó módja, de meg kell csinálni.\nHallasz engem? Igen, jó.",
	"ro": "Nu știu ce vrei să spui.\nTrebuie să mergem acum, ea ne așteaptă.\nNu este asta calea pe care o vreau, dar nu sunt sigur.\nMă auzi?",
	"tr": "Ne demek istediğini bilmiyorum.\nŞimdi gitmeliyiz, o bizi bekliyor.\nBu doğru yol değil ama başka bir şey yok.\nBeni duyuyor musun?",
	"ru": "Я не знаю, что ты имеешь в виду.\nНам пора идти, она нас ждёт.\nЭто не так делается.\nТы меня слышишь?",
	"uk": "Я не знаю, що ти маєш на увазі.\nНам час іти, вона на нас чекає.\nЦе не так робиться.\nТи мене чуєш?",
	"bg": "Не знам какво имаш предвид.\nТрябва да тръгваме, тя ни чака.\nТова не е начинът да се направи.\nЧуваш ли ме?",
	"el": "Δεν ξέρω τι εννοείς.\nΠρέπει να φύγουμε τώρα, μας περιμένει.\nΑυτός δεν είναι ο τρόπος να το κάνεις.\nΜε ακούς;",
	"he": "אני לא יודע מה אתה רוצה.\nאנחנו צריכים ללכת, היא מחכה.\nזה לא הדרך של זה.\nאתה שומע את זה?",
	"ar": "لا أعرف ما الذي تعنيه.\nيجب أن نذهب الآن، هي تنتظر.\nهذا ليس من الصواب.\nهل تسمعني في هذا المكان؟",
	"ja": "何を言っているのかわかりません。\nもう行かなければなりません。\n彼女が待っています。\n聞こえますか？",
	"ko": "무슨 말인지 모르겠어요.\n지금 가야 해요, 그녀가 기다리고 있어요.\n그렇게 하는 게 아니에요.\n내 말 들려요?",
	"zh": "我不知道你是什么意思。\n我们现在要走了，她在等我们。\n这不是正确的做法。\n你能听到我说的话吗？",
	"th": "ฉันไม่รู้ว่าคุณหมายถึงอะไร\nเราต้องไปแล้วเธอกำลังรอเราอยู่\nนี่ไม่ใช่วิธีที่ถูกต้อง\nคุณได้ยินฉันไหม",
}

// SRTOf lays out a text as subtitles.
func SRTOf(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "%d\r\n00:00:%02d,000 --> 00:00:%02d,500\r\n%s\r\n\r\n", i+1, i, i, line)
	}
	return b.String()
}
