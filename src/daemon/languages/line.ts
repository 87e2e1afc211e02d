/** Words inside the alarms about the line to head office, in German and Croatian, in the order of the English remedies. */
export const lineWords = {
	de: {
		remedies: [
			"Der Broker sagt, dass das Zertifikat dieser Box geendet hat: Legen Sie ein neues dorthin, wo hq.certFile und hq.keyFile " +
				"es nennen. Geht die " +
				"Uhr dieser Box falsch, stellen Sie sie zuerst.",
			"Der Broker lässt diese Box mit ihrem Zertifikat nicht herein: Setzen Sie hq.certFile und hq.keyFile auf eines, das " +
				"seine Stelle für diese " +
				"Filiale gemacht hat.",
			"Sein Zertifikat ist abgelaufen: Sagen Sie es der IT. Geht die Uhr dieser Box falsch, stellen Sie sie zuerst.",
			"Seinem Zertifikat wird hier nicht vertraut: Setzen Sie hq.caFile auf die richtige Stelle, oder melden Sie diese Box neu " +
				"an (gondola enroll).",
			"Der Broker lehnt Namen oder Passwort dieser Box ab: Prüfen Sie hq.username und hq.passwordFile, oder melden Sie diese " +
				"Box neu an.",
			"Sein Name lässt sich nicht auflösen: Prüfen Sie Internetleitung, Namensserver dieser Box und die Schreibweise von hq.url.",
			"Der Rechner antwortet, aber nicht an diesem Port: Prüfen Sie den Port in hq.url und ob der Broker läuft.",
			"Diese Box hat keinen Weg dorthin: Prüfen Sie Netzkabel und Router.",
		],
		other: "Prüfen Sie die Internetleitung, wenn es länger dauert als üblich.",
		refusals: {
			unsealed: "ohne Siegel der Zentrale",
			"another-key": "mit Schlüssel oder Unterschrift, die nicht von der Zentrale sind",
			"not-for-this-store": "für eine andere Filiale bestimmt",
			rollback: "älter als das, was diese Filiale hat",
			fork: "zwei Fassungen unter einer Nummer",
			ended: "mit abgelaufenem Schlüssel oder Siegel",
			"not-yet": "mit einem Schlüssel, der erst später beginnt",
		},
	},
	hr: {
		remedies: [
			"Posrednik kaže da je istekao certifikat ovog uređaja: stavite novi ondje gdje ga navode hq.certFile i hq.keyFile. Ako " +
				"je sat ovog uređaja kriv, " +
				"prvo ga namjestite.",
			"Posrednik ne pušta ovaj uređaj s njegovim certifikatom: postavite hq.certFile i hq.keyFile na onaj koji je izdan za ovu " +
				"trgovinu.",
			"Njegov certifikat je istekao: recite IT-u. Ako je sat ovog uređaja kriv, prvo ga namjestite.",
			"Njegovu certifikatu se ovdje ne vjeruje: postavite hq.caFile na pravog izdavatelja ili ponovno prijavite ovaj uređaj " +
				"(gondola enroll).",
			"Posrednik odbija ime ili lozinku ovog uređaja: provjerite hq.username i hq.passwordFile ili ponovno prijavite ovaj uređaj.",
			"Njegovo ime se ne može razriješiti: provjerite internetsku vezu, poslužitelj imena ovog uređaja i kako je napisan hq.url.",
			"To računalo odgovara, ali ne na ovom portu: provjerite port u hq.url i radi li posrednik.",
			"Ovaj uređaj nema puta do njega: provjerite mrežni kabel i usmjernik.",
		],
		other: "Provjerite internetsku vezu ako traje dulje nego obično.",
		refusals: {
			unsealed: "bez pečata centrale",
			"another-key": "s ključem ili potpisom koji nisu od centrale",
			"not-for-this-store": "namijenjeno drugoj trgovini",
			rollback: "starije od onoga što ova trgovina ima",
			fork: "dvije inačice pod jednim brojem",
			ended: "s ključem ili pečatom koji je istekao",
			"not-yet": "s ključem koji počinje tek poslije",
		},
	},
} as const satisfies Record<string, { remedies: readonly string[]; other: string; refusals: Readonly<Record<string, string>> }>;
