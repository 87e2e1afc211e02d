/** Troubles of devices in German, by code: what is wrong, and what to do. English and Chinese stand beside the codes themselves. */
export const germanDevices: Readonly<Record<string, readonly [what: string, act: string]>> = {
	"port-missing": [
		"Das Kabel zu {device} ist nicht eingesteckt, oder das Gerät ist ausgeschaltet.",
		"Sehen Sie nach dem Netzlicht an {device}, dann stecken Sie den Stecker bei {port} ein.",
	],
	"port-forbidden": [
		"Dieser Rechner darf {port} nicht benutzen, an dem {device} hängt.",
		"Tippen Sie an diesem Rechner: sudo usermod -aG dialout,lp,gondola gondola && sudo systemctl restart gondola. " +
			"Dann ziehen Sie {device} ab und stecken es wieder ein.",
	],
	"port-busy": [
		"Ein anderes Programm benutzt {port} schon, an dem {device} hängt.",
		"Schließen Sie das andere Programm. Kennt niemand eines, ziehen Sie {device} ab, warten fünf Sekunden und stecken es " + "wieder ein.",
	],
	"port-lost": [
		"Die Verbindung zu {device} ist während der Arbeit abgerissen.",
		"Prüfen Sie den Stecker bei {port} und das Netzlicht an {device}.",
	],
	"host-unreachable": [
		"{device} antwortet nicht unter seiner Netzadresse {host}:{port}.",
		"Prüfen Sie, ob {device} eingeschaltet ist, ob das Licht am Netzkabel oder WLAN leuchtet und ob sein eigenes Menü {host} " + "zeigt.",
	],
	"host-refused": [
		"Unter {host} antwortet etwas, lässt uns aber am Port {port} nicht herein, an dem {device} hören sollte.",
		"Prüfen Sie im Menü von {device}, ob sein Netzport {port} ist; schalten Sie es aus und ein, falls ein anderer Rechner " + "ihn belegt.",
	],
	"hid-library-missing": [
		"{device} ist ein USB-Gerät, das diese Installation nicht lesen kann: Ein Teil der Software fehlt.",
		"Installieren Sie die Software mit ihren wahlfreien Teilen neu, oder stellen Sie {device} mit seinem Einrichtblatt auf " +
			"seriell (USB-COM).",
	],
	"device-silent": [
		"{device} ist verbunden, antwortet aber nicht.",
		"Schalten Sie {device} aus, zählen Sie bis fünf, und schalten Sie es wieder ein.",
	],
	"mqtt-device-offline": [
		"{device} hat das Netz der Filiale verlassen: Sein Strom oder sein Funk ist weg.",
		"Prüfen Sie Stecker und Batterie von {device} und ob das WLAN der Filiale geht. Zählen Sie, was darauf steht, wenn es " +
			"wieder da ist.",
	],
	"mqtt-device-silent": [
		"{device} hat seit {minutes} Minuten nichts gemeldet, anders als gewohnt.",
		"Schalten Sie {device} aus und ein. Bleibt es still, prüfen Sie, ob es auf {topic} sendet.",
	],
	"scanner-wrong-mode": [
		"{device} ist eingesteckt, aber nicht in der Betriebsart, die eingestellt ist: HID POS.",
		'Scannen Sie auf dem Einrichtblatt von {device} den Code "USB HID POS" (bei manchen: "HID Bar Code Scanner").',
	],
	"scanner-keyboard-forbidden": [
		"Dieser Rechner darf {port} nicht lesen, die Tastatur, als die {device} tippt.",
		"Schreiben Sie eine Regel in /etc/udev/rules.d/71-store.rules, wie /usr/lib/udev/rules.d/70-gondola.rules sie für " +
			"Tastaturen zeigt, " +
			"dann ziehen Sie {device} ab und stecken es ein; oder scannen Sie seinen Code für USB HID POS oder seriell, was besser ist.",
	],
	"scanner-garbled": [
		"{device} sendet Zeichen, die keinen Sinn ergeben.",
		"Drücken Sie beide Stecker fest hinein; hilft das nicht, scannen Sie den Code für Werkseinstellungen und richten es neu ein.",
	],
	"scanner-parity": [
		"{device} sendet sieben Datenbits mit Parität {parity}, seine Leitung ist auf acht Bits ohne gestellt.",
		"Setzen Sie `dataBits: 7` und `parity: {parity}` für {device} in gondola.yaml und starten neu, oder scannen Sie den Code " +
			"für 8 Datenbits " +
			"ohne Parität.",
	],
	"scale-silent": [
		"{device} ist verbunden, antwortet aber nicht.",
		"Schalten Sie {device} aus und ein. Bleibt sie still, prüfen Sie, ob ihr Menü Protokoll {protocol}, {baudRate} Baud sagt.",
	],
	"scale-overloaded": [
		"{device} trägt mehr Gewicht, als sie messen kann.",
		"Nehmen Sie Ware von {device}, bis die Anzeige eine Zahl zeigt.",
	],
	"scale-underloaded": [
		"{device} zeigt weniger als null: Ihre Platte ist angehoben oder abgenommen.",
		"Legen Sie die Platte von {device} wieder auf. Zeigt sie noch weniger als null, leeren Sie sie und drücken die Nulltaste.",
	],
	"scale-garbled": [
		"{device} antwortet auf eine Weise, die wir nicht verstehen.",
		"Prüfen Sie, ob das Menü von {device} Protokoll {protocol}, {baudRate} Baud sagt, Datenbits und Parität wie in " +
			"gondola.yaml; dann " +
			"drücken Sie beide Stecker hinein.",
	],
	"scale-not-settling": [
		"Das Gewicht auf {device} kommt nicht zur Ruhe.",
		"Sehen Sie nach, ob etwas an {device} lehnt, über den Rand hängt oder darauf bläst.",
	],
	"scale-fault": [
		"{device} meldet, dass sie kaputt ist, genullt oder kalibriert werden muss.",
		"Leeren Sie {device}, schalten Sie sie aus und ein und drücken die Nulltaste. Meldet sie es wieder, braucht sie den " + "Kundendienst.",
	],
	"scale-counting": [
		"{device} zählt Stücke oder zeigt Prozent, kein Gewicht.",
		"Bringen Sie {device} zurück zum Wiegen (Taste Mode, Count oder Esc), bis die Anzeige g, kg, oz oder lb zeigt.",
	],
	"scale-unit": [
		"{device} wiegt in einer Einheit, die nicht überall dasselbe Gewicht ist: {unit}.",
		"Stellen Sie {device} mit der Einheitentaste auf g, kg, oz oder lb.",
	],
	"shelf-unknown-change": [
		"Auf {device} wurde etwas gestellt oder weggenommen, das nicht zu seinem Artikel passt: {grams} g.",
		"Sehen Sie nach {device}: Nehmen Sie weg, was nicht dorthin gehört, dann zählen Sie den Artikel.",
	],
	"shelf-which-article": [
		"Auf {device} hat sich etwas um {grams} g geändert; es kann eines davon sein: {candidates}.",
		"Sehen Sie nach {device}, zählen Sie jeden Artikel darauf und tragen Sie die Zählungen ein.",
	],
	"shelf-offline-change": [
		"Das Gewicht auf {device} hat sich um {grams} g geändert, während niemand maß.",
		"Zählen Sie den Artikel auf {device} und tragen Sie die Zählung ein.",
	],
	"printer-paper-out": ["{device} hat kein Papier.", "Legen Sie eine neue Rolle in {device} ein; wartende Bons kommen dann von selbst."],
	"printer-paper-near-end": ["Das Papier in {device} ist fast zu Ende.", "Halten Sie eine neue Rolle neben {device} bereit."],
	"printer-cover-open": [
		"Die Klappe von {device} ist offen.",
		"Schließen Sie die Klappe von {device}, bis sie auf beiden Seiten einrastet.",
	],
	"printer-cutter": [
		"Das Messer von {device} klemmt.",
		"Schalten Sie {device} aus, öffnen die Klappe, ziehen Papierreste heraus, schließen sie und schalten ein.",
	],
	"printer-error": [
		"{device} meldet einen eigenen Fehler.",
		"Schalten Sie {device} aus, lassen ihn eine Minute abkühlen und schalten ein. Leuchtet das rote Licht wieder, braucht er " +
			"den Kundendienst.",
	],
	"printer-in-doubt": [
		"{device} ist mitten in Bon {job} stehen geblieben; niemand kann sagen, wie viel davon auf dem Papier ist.",
		"Sehen Sie nach {device}: Reißen Sie ab, was heraushängt. Ist der Bon vollständig, sagen Sie es hier, sonst lassen Sie " +
			"ihn neu drucken.",
	],
	"receipt-failed": [
		"Bon {job} lässt sich auf {device} nicht drucken: {why}.",
		"Berichtigen Sie ihn an der Kasse und drucken ihn neu, oder stornieren Sie ihn: gondola print cancel {job}.",
	],
	"printer-cannot-confirm": [
		"{device} druckt, antwortet aber nie auf die Frage, ob ein Bon auf dem Papier ist; jeder Bon bleibt zweifelhaft.",
		"Setzen Sie `confirm: {confirm}` für {device} in gondola.yaml und starten neu; dann entscheiden Sie die zweifelhaften Bons.",
	],
	"label-printer-paper-out": [
		"{device} hat keine Etiketten mehr.",
		"Legen Sie eine neue Rolle Etiketten in {device} ein; wartende Etiketten kommen dann von selbst.",
	],
	"label-printer-ribbon-out": ["Das Farbband von {device} ist verbraucht.", "Legen Sie ein neues Farbband in {device} ein."],
	"label-printer-paused": ["{device} macht Pause.", "Drücken Sie einmal die Pausentaste von {device}."],
	"label-printer-cannot-confirm": [
		"{device} weiß nicht, wie viele Etiketten es gedruckt hat; ob eines heraus ist, kann niemand sagen. Dort wird nichts gedruckt.",
		"Setzen Sie `confirm: status` für {device} in gondola.yaml und starten neu.",
	],
	"paper-label-in-doubt": [
		"Niemand kann sagen, ob {device} das Papieretikett von {name} gedruckt hat ({job}).",
		"Sehen Sie nach {device}: Ist das Etikett da und ganz, sagen Sie es hier, sonst lassen Sie es neu drucken.",
	],
	"paper-label-failed": [
		"Das Papieretikett von {name} lässt sich auf {device} nicht drucken: {why}.",
		"Beheben Sie, was dort steht, und lassen Sie es neu drucken, oder stornieren Sie es: gondola print cancel {job}.",
	],
	"label-out-of-contact": [
		"Das Etikett {device} hat sich seit {since} nicht gemeldet.",
		"Sehen Sie nach {device}: Ist sein Platz leer, suchen Sie es; hängt es dort, tauschen Sie die Batterie.",
	],
	"label-battery-low": ["Die Batterie des Etiketts {device} ist fast leer.", "Tauschen Sie die Batterie von {device} diese Woche."],
	"label-redraw-failed": [
		"Das Etikett {device} hat sein neues Bild bekommen, zeigt es aber nicht.",
		"Sehen Sie nach {device}: Zeigt es einen alten Preis, nehmen Sie es ab und hängen einen Preis aus Papier hin.",
	],
	"label-not-drawn": [
		"Für das Etikett {device} ließ sich kein Bild mit dem Preis von Artikel {sku} machen ({reason}); es zeigt noch das alte.",
		"Hängen Sie bei {device} einen Preis aus Papier hin. Dann prüfen Sie den Artikel in der Zentrale und die Bildvorlagen " +
			"dieser Filiale.",
	],
	"label-model-unknown": [
		"Das Etikett {device} ist von einem Modell, das diese Software nicht kennt (Typ {model}), und zeigt keinen Preis von " +
			"Artikel {sku}.",
		"Hängen Sie dort einen Preis aus Papier hin und ordnen Artikel {sku} statt {device} einem Etikett anderen Modells zu.",
	],
	"label-face-replaced": [
		"Das Etikett {device} zeigt den Preis von Artikel {sku} mit der Vorlage {shown}: Die Vorlage {face} lässt sich nicht " +
			"zeichnen ({reason}).",
		"Legen Sie die Datei der Vorlage {face} zurück, oder ordnen Sie {device} mit einer anderen Vorlage neu zu.",
	],
	"label-letters-unknown": [
		"Das Etikett {device} zeigt den Preis von Artikel {sku}, aber Fragezeichen in den Texten: Keine Schrift hier hat {letters}.",
		"Bitten Sie die Zentrale um einen Namen von {sku} in Buchstaben, die Etiketten haben; {device} wird von selbst neu gezeichnet.",
	],
	"label-text-shortened": [
		"Das Etikett {device} zeigt den Preis von Artikel {sku}, aber nicht alle Texte haben Platz: {fields}.",
		"Kürzen Sie diese Texte von {sku} in der Zentrale, oder hängen Sie statt {device} ein größeres Etikett hin.",
	],
	"label-refused-picture": [
		"Das Etikett {device} nimmt Bilder dieser Art nicht an.",
		"Prüfen Sie, ob das Modell, das für {device} eingetragen ist, auf seiner Rückseite steht.",
	],
	"label-foreign-picture": [
		"Jemand anderes hat auf das Etikett {device} gezeichnet; was es zeigt, ist nicht bekannt.",
		"Sehen Sie nach {device} und verdecken einen falschen Preis. Es wird neu gezeichnet; kommt das wieder, finden Sie " +
			"heraus, welches andere " +
			"Programm die Basisstationen kennt.",
	],
	"label-model-changed": [
		"Das Etikett {device} sagt, dass es von anderem Modell ist als bisher.",
		"Wurde es getauscht, ist nichts zu tun: Sein Bild wird neu gezeichnet. Sonst nehmen Sie {device} ab und ordnen ein anderes zu.",
	],
	"base-station-unknown": [
		"Eine Basisstation unter {device} spricht mit uns, aber die Einstellungen nennen sie nicht; sie wird nicht beachtet.",
		"Ist es Ihre, fügen Sie {device} zu `accessPoints` von {group} in gondola.yaml hinzu. Sonst finden Sie heraus, wer sie " +
			"an dieses Netz hängte.",
	],
	"base-station-silent": [
		"Die Basisstation {device} für Etiketten antwortet nicht.",
		"Prüfen Sie Netzlicht und Netzstecker von {device}; schalten Sie sie einmal aus und ein.",
	],
	"base-station-rejects": [
		"Die Basisstation {device} für Etiketten lehnt ab, was wir senden: {reason}.",
		"Öffnen Sie http://{device} im Browser und installieren dort die neueste Firmware von OpenEPaperLink; schalten Sie " +
			"{device} aus und ein.",
	],
	"host-key-refused": [
		"Unter {host}:{port} antwortet etwas, aber {device} und dieses Gateway haben nicht denselben Schlüssel.",
		"Vergleichen Sie die Schlüsseldatei von {device} in gondola.yaml mit dem Schlüssel, der in {device} geschrieben wurde; " +
			"prüfen Sie, ob {host} seine Adresse ist.",
	],
	"label-unproved": [
		"Was das Etikett {device} zeigt, ist nicht bekannt: Es ist neu gestartet, oder seine Verbindung war weg und ein anderes " +
			"Programm kann darauf gezeichnet haben.",
		"Nichts: Sein Bild wird noch einmal gesendet. Kommt das alle paar Minuten wieder, sehen Sie nach Strom und WLAN bei " + "{device}.",
	],
	"label-locked": [
		"Das Etikett {device} verlangt einen Schlüssel, bevor es ein Bild nimmt.",
		"Nennen Sie die Datei mit seinem Schlüssel als `keyFile` von {device} in gondola.yaml, und starten Sie den Dienst neu.",
	],
	"label-in-other-hands": [
		"Das Etikett {device} lässt niemanden herein: Ein anderes Programm oder ein Telefon ist mit ihm verbunden.",
		"Beenden Sie die Verbindung des anderen Programms zu {device}; kennt niemand eines, schalten Sie {device} aus und ein.",
	],
	"label-wrong-number": [
		"Unter der Adresse des Etiketts {device} antwortet ein anderes: {other}. Es bekommt keinen Preis.",
		"Berichtigen Sie die Adresse von {device} in gondola.yaml, oder geben Sie dem Etikett im Router eine feste Adresse.",
	],
	"label-unfit": [
		"Für das Etikett {device} lässt sich kein Bild machen: {reason}.",
		"Erneuern Sie die Firmware von {device}, oder berichtigen Sie seine Anzeige mit der OpenDisplay-App; hängen Sie solange " +
			"einen Preis aus Papier hin.",
	],
	"fiscal-silent": [
		"Die Sicherheitseinrichtung {device} ist verbunden, antwortet aber nicht: Verkäufe werden nicht signiert.",
		"Schalten Sie {device} aus und ein. Was inzwischen verkauft wurde, wird dann von selbst nachsigniert.",
	],
	"fiscal-garbled": [
		"{device} antwortet unverständlich: Verkäufe werden nicht signiert.",
		"Prüfen Sie, ob {port} die Adresse von {device} ist und ob sein Protokoll in gondola.yaml stimmt.",
	],
};
