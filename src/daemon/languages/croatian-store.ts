/** Troubles of the store in Croatian, by code: what is wrong, and what to do. English and Chinese stand beside the codes themselves. */
export const croatianStore: Readonly<Record<string, readonly [what: string, act: string]>> = {
	"hq-out-of-reach": [
		"Centrala nije dostupna: {why}. Trgovina radi sama; sve se čuva i šalje poslije.",
		"{remedy} Ništa se ne mora ponovno upisivati.",
	],
	"hq-fenced": [
		"Centrala kaže da je drugi uređaj preuzeo mjesto ove trgovine. Cijene ovdje mogu biti stare.",
		"Isključite uređaj koji je zamijenjen. Ako je ovo pravi, ponovno ga prijavite u centrali.",
	],
	"hq-place-unapproved": [
		"Centrala kaže da drugi uređaj preuzima mjesto trgovine {store}, a nijedan pristupni ključ osobe koja odobrava to nije potpisao. " +
			"Cijene ovdje ostaju kakve jesu.",
		"Javite IT-u: netko možda ima ključ ili bazu centrale. Ako je zamjena namjerna, osoba koja odobrava potpisuje je na stranici centrale " +
			"(ponovni upis trgovine); uređaj koji je zamijenjen prije toga treba isključiti.",
	],
	"hq-unknown": ["Centrala ne poznaje ovu trgovinu.", "Prijavite trgovinu u centrali (`gondola hq enroll`); dotad se sve čuva ovdje."],
	"hq-forged": [
		"Netko na liniji govori u ime centrale ({why}). Ništa od toga nije prihvaćeno; cijene i zaliha su netaknute.",
		"Recite IT-u: tko smije slati na posredniku linije u tuđim je rukama, ili je centrala izgubila ključeve.",
	],
	"hq-key-not-yet": [
		"Centrala potpisuje ključem koji po njezinom satu počinje tek poslije. Zato se ništa od nje ne prihvaća: cijene i zaliha " +
			"su netaknute, a " +
			"prodaje se čuvaju ovdje.",
		"Recite centrali: sat joj je žurio kad je ključ nastao ili sada kasni. Namjestite ga po vremenskom poslužitelju: ključ " +
			"dobiva novi datum " +
			"(prvo vratite korijenski ključ ako je odnesen), a ova trgovina slijedi sama.",
	],
	"hq-withholds": [
		"Ne stiže sve što centrala kaže: ovdje nedostaje {count} njezinih zapisa. Cijene i zaliha mogu biti starije nego što " +
			"centrala misli; ništa " +
			"što vrijedi nije promijenjeno.",
		"Recite IT-u: posrednik linije gubi poruke ili ih netko zadržava. Alarm nestaje sam kad sve stigne.",
	],
	"hq-silent": [
		"Od {at} centrala nije rekla što je zadnje odlučila. Trgovina radi s cijenama koje ima; mogu biti stare.",
		"Popravite liniju do centrale. Ako druge poruke centrale stižu, recite IT-u: netko zadržava ovu.",
	],
	"hq-unsealed": [
		"Ova trgovina vjeruje centrali bez provjere: nikad nije prijavljena s ključem.",
		"Zatražite kod od centrale (`gondola hq enroll {store} --again`) i pokažite ga ovdje: `gondola enroll CODE`.",
	],
	"hq-forked": [
		"Ovaj uređaj i centrala pamte različitu prošlost: {why}. Odavde se ništa ne šalje dok se to ne riješi.",
		"Recite IT-u: ili ovaj uređaj ili centrala vraćeni su iz stare sigurnosne kopije.",
	],
	"replica-behind": [
		"Kopija ove trgovine na {to} nema sve: {why}. Što se ovdje događa, dotad je samo na ovom disku; uz `replica.whenAway: " +
			"refuse` ništa se ne " +
			"potvrđuje.",
		"Pogledajte disk ili uređaj koji čuva kopiju i kabel do njega. Kopija sama sustiže; `gondola status` to pokazuje.",
	],
	"box-replaced": [
		"Drugi uređaj ({by}) preuzeo je ovu trgovinu u {at}. Ovaj ništa ne potvrđuje: ni prodaju, ni skeniranje, ni račun.",
		"Isključite ovaj uređaj. Ako je ipak pravi: `gondola hq enroll STORE --again`, zatim ovdje `gondola enroll CODE`.",
	],
	"backup-old": [
		"Nijedna provjerena sigurnosna kopija ove trgovine nije mlađa od 24 sata: {why}.",
		"Riješite to: gondola backup FILE --prove pokušava odmah. Dotad je ono što se ovdje događa samo na ovom disku i u centrali.",
	],
	"sign-in-guessed": [
		"Netko pogađa lozinke na gatewayu: deset odbijanja za ime {name} ili s {address}.",
		"Otkrijte što je {address}. Ako nije vaše, maknite ga s mreže trgovine; tko je što radio piše u `gondola audit`. Alarm " +
			"nestaje četvrt sata " +
			"nakon zadnjeg pokušaja.",
	],
	"label-without-price": [
		"Etiketa {label} pripada artiklu {sku}, ali za njega ne vrijedi nijedna cijena.",
		"Zatražite od centrale cijenu artikla {sku} ili povežite etiketu s drugim artiklom.",
	],
	"label-pending-long": [
		"Etiketa {label} (artikl {sku}) još čeka svoju sliku.",
		"Provjerite ima li bazna stanica iznad prolaza struje; prinesite etiketu bliže na minutu.",
	],
	"price-held": [
		"Zadržano i ne vrijedi: {count} cijena iz centrale prelazi zaštitna pravila ove trgovine, npr. ona za {name} ({sku}). " +
			"Što je vrijedilo, " +
			"vrijedi dalje.",
		"Neka ih centrala pogleda: druga osoba ih pušta (`gondola hq release PUSH`) ili povlači. `gondola prices held` kaže zašto.",
	],
	"prices-frozen": [
		"Cijene je {at} zamrznuo {who} ({reason}): etikete i blagajne zadržavaju što vrijedi, i akciju koja bi završila.",
		"Kad je uzrok uklonjen: `gondola prices thaw`. Što je centrala u međuvremenu poslala, tada samo stupa na snagu.",
	],
	"sale-differs": [
		"{till} je pod brojem {sale} poslala dvije različite prodaje. Zabilježena je samo prva.",
		"Usporedite dnevnik blagajne sa zabilježenom prodajom i neka blagajna svakoj prodaji da vlastiti broj.",
	],
	"sale-refused": [
		"{till} je poslala prodaju {sale} koja se ne može zabilježiti: {why}",
		"Zabilježite je ručno iz dnevnika blagajne. Ako se ponovi, neka se popravi program blagajne.",
	],
	"stock-differs": [
		"Zaliha artikla {name} ({sku}) ovdje je {here}, a u centrali {there}: jedna je strana izgubila ili izmislila kretanje.",
		"Izbrojite {name} i upišite brojanje. Vrijedi za obje strane, a alarm nestaje sam.",
	],
	"unit-changed": [
		"{name} ({sku}) prodavao se po {from}, a sada po {to}. Zaliha je još u {from} i ništa se od toga ne prodaje na internetu.",
		"Izbrojite {name} u {to} i upišite brojanje; alarm nestaje sam.",
	],
	"stock-differs-widely": [
		"Zaliha {count} artikala razlikuje se ovdje i u centrali, kao nakon zamijenjenog ili vraćenog uređaja.",
		"Izbrojite police. Prvih dvadeset artikala ima svoje alarme; ostali slijede kad se ti izbroje.",
	],
	"transfer-differs": [
		"Od premještaja {transfer} iz trgovine {from} nije sve stiglo kako je poslano: {what}.",
		"Potražite u isporuci i pitajte trgovinu {from}. Nađeno ili izgubljeno upišite kao kretanje ili izbrojite; zatim potvrdite.",
	],
	"movement-differs": [
		"Centrala je poslala kretanje {movement} artikla {name} ({sku}) kao {there}; ovdje je upisano kao {here}, što vrijedi.",
		"Otkrijte što je točno. Ako je ono iz centrale, upišite razliku pod drugim brojem ili izbrojite {name}. Zatim potvrdite.",
	],
	"movement-twice": [
		"Centrala već ima drugo kretanje pod brojem {movement} i odbila je ovo artikla {name} ({sku}): {here}.",
		"Što nedostaje upišite pod drugim brojem ili izbrojite {name}. Svaki program neka svakom kretanju da vlastiti broj. " +
			"Zatim potvrdite.",
	],
	"article-recalled": [
		"{name} je opozvan, serija {lot}: {reason}. Blagajne i skeneri ovdje ga odbijaju.",
		"Maknite ga s police i iz vrećica internetskih narudžbi i držite odvojeno. Alarm nestaje kad centrala povuče opoziv.",
	],
	"order-late-soon": [
		"Narudžba {order} vjerojatno neće biti spremna u {at}: {lines} stavki još je otvoreno.",
		"Pošaljite još jednu osobu da skuplja ili javite kupcu.",
	],
	"order-late": ["Narudžba {order} trebala je biti spremna u {at}, a nije.", "Skupite je sada i javite kupcu."],
	"order-code-guessed": [
		"Za narudžbu {order} pokazano je {wrong} krivih kodova. Četvrt sata nijedan se ne gleda.",
		"Ne dajte ništa. Neka centrala s kupcem utvrdi tko je došao.",
	],
	"client-refused": [
		"MQTT posrednik trgovine stalno odbija {device} (klijent {client} na {address}): {why}.",
		"Ispravno postavite uređaj ili ga maknite s mreže ako nije vaš. `gondola doctor` navodi sva odbijanja.",
	],
	"raw-receipt-refused": [
		"Blagajna ({address}) poslala je na port pisača {device} račun koji se ne ispisuje: {why}.",
		"Ponovno ga ispišite na blagajni. Ako ne uspije, neka blagajna koristi Epson upravljački program s tekstom ili slikama.",
	],
	"receipt-without-printer": [
		"Račun čeka pisač kojeg nema u postavkama ovog gatewaya ({device}). Prodaja je zabilježena.",
		"Dodajte pisač u `devices` u gondola.yaml ili neka blagajna ne traži račun; što čeka, ispisuje se samo.",
	],
	"clock-untrusted": [
		"Ovaj uređaj ne zna točno vrijeme pa je promjena cijena za {at} zadržana.",
		"Provjerite dolazi li uređaj do vremenskog poslužitelja; tada se promjena dogodi sama.",
	],
	"hq-clock-differs": [
		"Sat centrale razlikuje se {minutes} minuta od sata ovog uređaja. Trgovina ide po svom satu, koji nije pokazao grešku.",
		"Usporedite oba s točnim vremenom; javite centrali ako je njihov kriv, inače namjestite sat ovog uređaja po vremenskom " +
			"poslužitelju.",
	],
	"clock-ran-ahead": [
		"Sat ovog uređaja žurio je, do {at}, i promjene cijena stupile su prerano na snagu. Dotad su povučene.",
		"Provjerite što se u međuvremenu naplaćivalo. Promjene cijena dolaze same u svoje vrijeme.",
	],
	"ledger-disk-short": [
		"Disk ovog uređaja se puni: iskorišteno je {percent} % prostora za dnevnik.",
		"Oslobodite prostor na uređaju ili vratite liniju do centrale da stari zapisi mogu otići.",
	],
	"ledger-disk-full": [
		"Disk ovog uređaja je pun. Novi zapisi mogu biti odbijeni; uređaji ih čuvaju i pokušavaju ponovno.",
		"Odmah oslobodite prostor na uređaju. Ništa što je potvrđeno nije izgubljeno.",
	],
	"ledger-not-writing": [
		"Ništa se ne može zapisati: disk pod {directory} je {why}. Prodaje, skeniranja i zaliha se ne potvrđuju; blagajne i " +
			"uređaji ih čuvaju i " +
			"šalju ponovno.",
		"Ako je pun, obrišite što nije od Gondole: `df -h {directory}` i `du -xh / | sort -h | tail` to pokazuju. Ako se kvari, " +
			"zamijenite ga: " +
			"`journalctl -k | grep -i error`. Nastavlja samo u nekoliko sekundi; ništa potvrđeno nije izgubljeno.",
	],
	"ledger-rebuilt": [
		"Dnevnik je bio oštećen i odložen je kao {file}. Cijene se vraćaju iz centrale; što se nije moglo obnoviti: {lost}.",
		"Recite IT-u. Izbrojite navedene police i sačuvajte odloženu datoteku.",
	],
	"cold-chain-warm": [
		"{place}: pretoplo, {celsius} °C, a dopušteno je najviše {max} °C. Tako je {minutes} minuta ili dulje.",
		"Zatvorite vrata i pogledajte hladi li se. Provjerite robu i prenesite je u drugi hladnjak. Alarm nestaje sam kad se " +
			"temperatura vrati; `gondola coldchain` pokazuje kako je tekla.",
	],
	"cold-chain-cold": [
		"{place}: prehladno, {celsius} °C, a dopušteno je najmanje {min} °C. Tako je {minutes} minuta ili dulje.",
		"Pogledajte termostat i provjerite je li roba smrznuta. Alarm nestaje sam kad se temperatura vrati.",
	],
	"cold-chain-silent": [
		"Već {minutes} minuta nema temperature za {place} ({device}, {sensor}; {why}). silent: ništa ne javlja. not-a-number, " +
			"power-on-value, out-of-range, too-old: ono što javlja ne može biti točno.",
		"Ondje očitajte termometar i zapišite ga. Provjerite bateriju ili kabel osjetnika te je li njegovo ime u `coldChain` " +
			"jedno od onih koja navodi `gondola devices`. Alarm nestaje sam sa sljedećom temperaturom.",
	],
	"fiscal-unsigned": [
		"Prodaje od {at} nemaju fiskalni kod: {device} ih nije potpisao i tako piše na računima.",
		"Osposobite {device}; tada se potpisuju same. `gondola fiscal` ih nabraja.",
	],
	"fiscal-refused": [
		"Fiskalni uređaj odbio je potpisati {sale} s {till}: {why}. Ne pita se ponovno sam od sebe.",
		"Pogledajte na uređaju što mu nedostaje. Zatim ga pitajte ponovno: gondola fiscal again {request}.",
	],
};
