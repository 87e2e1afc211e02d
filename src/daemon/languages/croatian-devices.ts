/** Troubles of devices in Croatian, by code: what is wrong, and what to do. English and Chinese stand beside the codes themselves. */
export const croatianDevices: Readonly<Record<string, readonly [what: string, act: string]>> = {
	"port-missing": [
		"Kabel do uređaja {device} nije ukopčan ili je uređaj isključen.",
		"Pogledajte svjetlo napajanja na {device}, zatim ukopčajte utikač na {port}.",
	],
	"port-forbidden": [
		"Ovo računalo ne smije koristiti {port}, na kojem je {device}.",
		"Upišite na ovom računalu: sudo usermod -aG dialout,lp,gondola gondola && sudo systemctl restart gondola. " +
			"Zatim iskopčajte {device} i ponovno ga ukopčajte.",
	],
	"port-busy": [
		"Drugi program već koristi {port}, na kojem je {device}.",
		"Zatvorite drugi program. Ako nitko ne zna za njega, iskopčajte {device}, pričekajte pet sekundi i ponovno ga ukopčajte.",
	],
	"port-lost": ["Veza s uređajem {device} prekinula se tijekom rada.", "Provjerite utikač na {port} i svjetlo napajanja na {device}."],
	"host-unreachable": [
		"{device} ne odgovara na svojoj mrežnoj adresi {host}:{port}.",
		"Provjerite je li {device} uključen, svijetli li mrežni kabel ili Wi-Fi i pokazuje li njegov izbornik {host}.",
	],
	"host-refused": [
		"Na {host} nešto odgovara, ali nas ne pušta na port {port}, na kojem bi {device} trebao slušati.",
		"Provjerite u izborniku uređaja {device} je li njegov mrežni port {port}; isključite ga i uključite ako ga drži drugo " + "računalo.",
	],
	"hid-library-missing": [
		"{device} je USB uređaj kakav ova instalacija ne može čitati: nedostaje dio programa.",
		"Ponovno instalirajte program s neobveznim dijelovima ili listom za postavljanje prebacite {device} na serijski način " + "(USB-COM).",
	],
	"device-silent": ["{device} je spojen, ali ne odgovara.", "Isključite {device}, izbrojite do pet i ponovno ga uključite."],
	"mqtt-device-offline": [
		"{device} je napustio mrežu trgovine: nema struje ili mu radio ne radi.",
		"Provjerite utikač i bateriju uređaja {device} te radi li bežična mreža trgovine. Kad se vrati, izbrojite što stoji na njemu.",
	],
	"mqtt-device-silent": [
		"{device} nije ništa javio {minutes} minuta, što mu nije navika.",
		"Isključite {device} i uključite ga. Ako šuti, provjerite šalje li na {topic}.",
	],
	"scanner-wrong-mode": [
		"{device} je ukopčan, ali nije u načinu koji je postavljen: HID POS.",
		'Skenirajte kod "USB HID POS" (kod nekih: "HID Bar Code Scanner") na listu za postavljanje uređaja {device}.',
	],
	"scanner-keyboard-forbidden": [
		"Ovo računalo ne smije čitati {port}, tipkovnicu kao koja {device} tipka.",
		"Upišite pravilo u /etc/udev/rules.d/71-store.rules kako /usr/lib/udev/rules.d/70-gondola.rules pokazuje za tipkovnice, " +
			"zatim iskopčajte " +
			"{device} i ukopčajte ga; ili skenirajte njegov kod za USB HID POS ili serijski port, što je bolje.",
	],
	"scanner-garbled": [
		"{device} šalje znakove koji nemaju smisla.",
		"Gurnite oba utikača do kraja; ako se nastavi, skenirajte kod za tvorničke postavke i ponovno ga postavite.",
	],
	"scanner-parity": [
		"{device} šalje sedam bitova s paritetom {parity}, a linija mu je na osam bitova bez pariteta.",
		"Postavite `dataBits: 7` i `parity: {parity}` za {device} u gondola.yaml i ponovno pokrenite, ili skenirajte kod za 8 " +
			"bitova bez pariteta.",
	],
	"scale-silent": [
		"{device} je spojena, ali ne odgovara.",
		"Isključite {device} i uključite je. Ako šuti, provjerite kaže li njezin izbornik protokol {protocol}, {baudRate} bauda.",
	],
	"scale-overloaded": ["{device} nosi više težine nego što može izmjeriti.", "Skidajte robu s vage {device} dok zaslon ne pokaže broj."],
	"scale-underloaded": [
		"{device} pokazuje ispod nule: ploča joj je podignuta ili skinuta.",
		"Vratite ploču na {device}. Ako je i dalje ispod nule, ispraznite je i pritisnite tipku za nulu.",
	],
	"scale-garbled": [
		"{device} odgovara na način koji ne razumijemo.",
		"Provjerite kaže li izbornik vage {device} protokol {protocol}, {baudRate} bauda, a bitovi i paritet kao u gondola.yaml; " +
			"zatim gurnite oba " +
			"utikača do kraja.",
	],
	"scale-not-settling": [
		"Težina na {device} ne miruje.",
		"Pogledajte naslanja li se nešto na {device}, visi li preko ruba ili puše li u nju.",
	],
	"scale-fault": [
		"{device} javlja da je pokvarena ili da je treba postaviti na nulu ili umjeriti.",
		"Ispraznite {device}, isključite je i uključite te pritisnite tipku za nulu. Ako opet javi isto, treba servis.",
	],
	"scale-counting": [
		"{device} broji komade ili pokazuje postotak, a ne masu.",
		"Vratite {device} na vaganje (tipka Mode, Count ili Esc) dok zaslon ne pokaže g, kg, oz ili lb.",
	],
	"scale-unit": [
		"{device} važe u jedinici koja nije svugdje ista masa: {unit}.",
		"Postavite {device} tipkom za jedinicu na g, kg, oz ili lb.",
	],
	"shelf-unknown-change": [
		"Na {device} je stavljeno ili s nje uzeto nešto što ne odgovara artiklu: {grams} g.",
		"Pogledajte {device}: maknite što ondje ne pripada, zatim izbrojite artikl.",
	],
	"shelf-which-article": [
		"Na {device} se nešto promijenilo za {grams} g; može biti jedno od: {candidates}.",
		"Pogledajte {device}, prebrojite svaki artikl na njoj i upišite stanja.",
	],
	"shelf-offline-change": [
		"Težina na {device} promijenila se za {grams} g dok nitko nije mjerio.",
		"Izbrojite artikl na {device} i upišite brojanje.",
	],
	"printer-paper-out": ["{device} nema papira.", "Stavite novu rolu u {device}; računi koji čekaju tada izlaze sami."],
	"printer-paper-near-end": ["Papir u {device} je pri kraju.", "Držite novu rolu pokraj {device}."],
	"printer-cover-open": ["Poklopac pisača {device} je otvoren.", "Zatvorite poklopac pisača {device} dok ne klikne na obje strane."],
	"printer-cutter": [
		"Nož pisača {device} je zapeo.",
		"Isključite {device}, otvorite poklopac, izvucite ostatke papira, zatvorite ga i uključite.",
	],
	"printer-error": [
		"{device} javlja vlastitu grešku.",
		"Isključite {device}, pustite da se hladi minutu i uključite. Ako se crveno svjetlo vrati, treba servis.",
	],
	"printer-in-doubt": [
		"{device} je stao usred računa {job}; nitko ne može reći koliko ga je na papiru.",
		"Pogledajte {device}: otkinite što visi. Ako je račun potpun, recite to ovdje, inače zatražite ponovni ispis.",
	],
	"receipt-failed": [
		"Račun {job} ne može se ispisati na {device}: {why}.",
		"Ispravite ga na blagajni i ponovno ispišite ili odustanite: gondola print cancel {job}.",
	],
	"printer-cannot-confirm": [
		"{device} ispisuje, ali nikad ne odgovara na pitanje je li račun na papiru; svaki račun ostaje dvojben.",
		"Postavite `confirm: {confirm}` za {device} u gondola.yaml i ponovno pokrenite; zatim riješite dvojbene račune.",
	],
	"label-printer-paper-out": ["{device} nema više etiketa.", "Stavite novu rolu etiketa u {device}; etikete koje čekaju tada izlaze same."],
	"label-printer-ribbon-out": ["Traka pisača {device} je potrošena.", "Stavite novu traku u {device}."],
	"label-printer-paused": ["{device} je pauziran.", "Jednom pritisnite tipku za pauzu na {device}."],
	"label-printer-cannot-confirm": [
		"{device} ne zna koliko je etiketa ispisao pa nitko ne može reći je li etiketa izašla; ondje se ništa ne ispisuje.",
		"Postavite `confirm: status` za {device} u gondola.yaml i ponovno pokrenite.",
	],
	"paper-label-in-doubt": [
		"Nitko ne može reći je li {device} ispisao papirnatu etiketu za {name} ({job}).",
		"Pogledajte {device}: ako je etiketa ondje i cijela, recite to ovdje, inače zatražite ponovni ispis.",
	],
	"paper-label-failed": [
		"Papirnata etiketa za {name} ne može se ispisati na {device}: {why}.",
		"Ispravite što je navedeno i ponovno ispišite ili odustanite: gondola print cancel {job}.",
	],
	"label-out-of-contact": [
		"Etiketa {device} nije se javila od {since}.",
		"Pogledajte {device}: ako joj je mjesto prazno, nađite je; ako visi ondje, zamijenite bateriju.",
	],
	"label-battery-low": ["Baterija etikete {device} gotovo je prazna.", "Zamijenite bateriju etikete {device} ovaj tjedan."],
	"label-redraw-failed": [
		"Etiketa {device} primila je novu sliku, ali je ne pokazuje.",
		"Pogledajte {device}: ako pokazuje staru cijenu, skinite je i stavite papirnatu cijenu.",
	],
	"label-not-drawn": [
		"Za etiketu {device} nije se mogla napraviti slika s cijenom artikla {sku} ({reason}); još pokazuje staru.",
		"Stavite papirnatu cijenu kod {device}. Zatim provjerite artikl u centrali i predloške slika ove trgovine.",
	],
	"label-model-unknown": [
		"Etiketa {device} je modela koji ovaj program ne poznaje (tip {model}) pa ne pokazuje cijenu artikla {sku}.",
		"Ondje stavite papirnatu cijenu i povežite artikl {sku} s etiketom drugog modela umjesto {device}.",
	],
	"label-face-replaced": [
		"Etiketa {device} pokazuje cijenu artikla {sku} predloškom {shown}: predložak {face} ne može se nacrtati ({reason}).",
		"Vratite datoteku predloška {face} ili povežite {device} ponovno s drugim predloškom.",
	],
	"label-letters-unknown": [
		"Etiketa {device} pokazuje cijenu artikla {sku}, ali upitnike u tekstu: nijedno pismo ovdje nema {letters}.",
		"Zamolite centralu za naziv artikla {sku} slovima koja etikete imaju; {device} se zatim sama crta ponovno.",
	],
	"label-text-shortened": [
		"Etiketa {device} pokazuje cijenu artikla {sku}, ali svi tekstovi ne stanu: {fields}.",
		"Skratite te tekstove artikla {sku} u centrali ili umjesto {device} stavite veću etiketu.",
	],
	"label-refused-picture": [
		"Etiketa {device} ne prima slike ove vrste.",
		"Provjerite je li model upisan za {device} onaj s njezine poleđine.",
	],
	"label-foreign-picture": [
		"Netko drugi crtao je na etiketi {device}; ne zna se što pokazuje.",
		"Pogledajte {device} i pokrijte krivu cijenu. Crta se ponovno; ako se vrati, otkrijte koji drugi program poznaje bazne " + "stanice.",
	],
	"label-model-changed": [
		"Etiketa {device} kaže da je drugog modela nego prije.",
		"Ako je zamijenjena, ništa ne treba: slika se crta ponovno. Inače skinite {device} i povežite drugu.",
	],
	"base-station-unknown": [
		"Bazna stanica na {device} nam se javlja, ali je nema u postavkama; ne uzima se u obzir.",
		"Ako je vaša, dodajte {device} u `accessPoints` grupe {group} u gondola.yaml. Inače otkrijte tko ju je spojio na ovu mrežu.",
	],
	"base-station-silent": [
		"Bazna stanica etiketa {device} ne odgovara.",
		"Provjerite svjetlo napajanja i mrežni utikač stanice {device}; jednom je isključite i uključite.",
	],
	"base-station-rejects": [
		"Bazna stanica etiketa {device} odbija što šaljemo: {reason}.",
		"Otvorite http://{device} u pregledniku i ondje instalirajte najnoviji firmware OpenEPaperLink; isključite {device} i " + "uključite.",
	],
	"host-key-refused": [
		"Na {host}:{port} nešto odgovara, ali {device} i ovaj gateway nemaju isti ključ.",
		"Usporedite datoteku ključa za {device} u gondola.yaml s ključem upisanim u {device}; provjerite je li {host} njegova " + "adresa.",
	],
	"label-unproved": [
		"Ne zna se što etiketa {device} pokazuje: ponovno se pokrenula, ili je veza pukla pa je drugi program mogao crtati na njoj.",
		"Ništa: slika se šalje ponovno. Ako se vraća svakih nekoliko minuta, pogledajte struju i Wi-Fi kod {device}.",
	],
	"label-locked": [
		"Etiketa {device} traži ključ prije nego što primi sliku.",
		"Navedite datoteku s njezinim ključem kao `keyFile` za {device} u gondola.yaml i ponovno pokrenite uslugu.",
	],
	"label-in-other-hands": [
		"Etiketa {device} nikoga ne pušta: s njom je spojen drugi program ili telefon.",
		"Zatvorite vezu drugog programa s {device}; ako nitko ne zna za njega, isključite {device} i uključite.",
	],
	"label-wrong-number": [
		"Na adresi etikete {device} odgovara druga: {other}. Ne dobiva cijenu.",
		"Ispravite adresu za {device} u gondola.yaml ili etiketi u usmjerniku dajte stalnu adresu.",
	],
	"label-unfit": [
		"Za etiketu {device} ne može se napraviti slika: {reason}.",
		"Obnovite firmware etikete {device} ili ispravite postavke zaslona aplikacijom OpenDisplay; dotad stavite papirnatu cijenu.",
	],
	"fiscal-silent": [
		"Fiskalni uređaj {device} je spojen, ali ne odgovara: prodaje se ne potpisuju.",
		"Isključite i uključite {device}. Što je u međuvremenu prodano potpisuje se samo kad odgovori.",
	],
	"fiscal-garbled": [
		"{device} odgovara nerazumljivo: prodaje se ne potpisuju.",
		"Provjerite je li {port} adresa uređaja {device} i je li protokol kao u gondola.yaml.",
	],
};
