/** Troubles of the store in German, by code: what is wrong, and what to do. English and Chinese stand beside the codes themselves. */
export const germanStore: Readonly<Record<string, readonly [what: string, act: string]>> = {
	"hq-out-of-reach": [
		"Die Zentrale ist nicht erreichbar: {why}. Die Filiale läuft allein weiter; alles wird aufgehoben und später gesendet.",
		"{remedy} Nichts muss noch einmal eingegeben werden.",
	],
	"hq-fenced": [
		"Die Zentrale sagt, dass eine andere Box den Platz dieser Filiale einnahm. Preise hier können alt sein.",
		"Schalten Sie die ersetzte Box aus. Ist diese die richtige, melden Sie sie in der Zentrale neu an.",
	],
	"hq-place-unapproved": [
		"Die Zentrale sagt, dass eine andere Box den Platz der Filiale {store} einnimmt, und kein Passkey einer freigebenden Person hat das " +
			"unterschrieben. Die Preise hier bleiben, wie sie sind.",
		"Sagen Sie es der IT: jemand hat vielleicht den Schlüssel oder die Datenbank der Zentrale. Ist der Tausch gewollt, unterschreibt eine " +
			"freigebende Person auf der Seite der Zentrale (Filiale neu aufnehmen); eine Box, die vorher ersetzt wurde, ist auszuschalten.",
	],
	"hq-unknown": [
		"Die Zentrale kennt diese Filiale nicht.",
		"Melden Sie die Filiale in der Zentrale an (`gondola hq enroll`); bis dahin wird hier alles aufgehoben.",
	],
	"hq-forged": [
		"Jemand spricht auf der Leitung im Namen der Zentrale ({why}). Nichts davon wurde angenommen; Preise und Bestand sind " + "unberührt.",
		"Sagen Sie es der IT: Wer auf dem Broker der Leitung senden darf, ist in fremder Hand, oder die Zentrale hat ihre " +
			"Schlüssel verloren.",
	],
	"hq-key-not-yet": [
		"Die Zentrale unterschreibt mit einem Schlüssel, der nach ihrer eigenen Uhr erst später beginnt. Nichts von ihr wird " +
			"angenommen: Preise " +
			"und Bestand sind unberührt, Verkäufe werden hier aufgehoben.",
		"Sagen Sie es der Zentrale: Ihre Uhr ging vor, als der Schlüssel gemacht wurde, oder geht jetzt nach. Stellen Sie sie " +
			"nach einem " +
			"Zeitserver: Dann datiert sie den Schlüssel neu (den Wurzelschlüssel vorher zurückbringen, falls er weggenommen wurde), " +
			"und diese " +
			"Filiale folgt von selbst.",
	],
	"hq-withholds": [
		"Nicht alles, was die Zentrale sagt, kommt an: {count} ihrer Datensätze fehlen hier. Preise und Bestand können älter " +
			"sein, als die " +
			"Zentrale glaubt; nichts, was gilt, wurde geändert.",
		"Sagen Sie es der IT: Der Broker der Leitung verliert Nachrichten, oder jemand hält sie zurück. Der Alarm erlischt, wenn " +
			"alles da ist.",
	],
	"hq-silent": [
		"Seit {at} hat die Zentrale nicht gesagt, was sie zuletzt entschied. Die Filiale arbeitet mit ihren Preisen weiter; sie " +
			"können alt sein.",
		"Bringen Sie die Leitung zur Zentrale in Ordnung. Kommen andere Nachrichten an, sagen Sie es der IT: Jemand hält diese zurück.",
	],
	"hq-unsealed": [
		"Diese Filiale glaubt der Zentrale ungeprüft: Sie wurde nie mit einem Schlüssel angemeldet.",
		"Bitten Sie die Zentrale um einen Code (`gondola hq enroll {store} --again`) und zeigen Sie ihn hier: `gondola enroll CODE`.",
	],
	"hq-forked": [
		"Diese Box und die Zentrale erinnern sich an Verschiedenes: {why}. Von hier wird nichts gesendet, bis das geklärt ist.",
		"Sagen Sie es der IT: Entweder diese Box oder die Zentrale wurde aus einer alten Sicherung wiederhergestellt.",
	],
	"replica-behind": [
		"Die Kopie dieser Filiale auf {to} hat nicht alles: {why}. Was hier geschieht, liegt bis dahin nur auf dieser Platte; mit " +
			"`replica.whenAway: refuse` wird nichts bestätigt.",
		"Sehen Sie nach der Platte oder Box mit der Kopie und nach dem Kabel dorthin. Die Kopie holt von selbst auf; `gondola " +
			"status` zeigt es.",
	],
	"box-replaced": [
		"Eine andere Box ({by}) hat diese Filiale um {at} übernommen. Diese bestätigt nichts: keinen Verkauf, keinen Scan, keinen Bon.",
		"Schalten Sie diese Box aus. Ist sie doch die richtige: `gondola hq enroll STORE --again`, dann hier `gondola enroll CODE`.",
	],
	"backup-old": [
		"Keine geprüfte Sicherung dieser Filiale ist jünger als 24 Stunden: {why}.",
		"Beheben Sie das: gondola backup FILE --prove versucht es sofort. Bis dahin liegt, was hier geschieht, nur auf dieser " +
			"Platte und in der Zentrale.",
	],
	"sign-in-guessed": [
		"Jemand rät Passwörter am Gateway: zehn Ablehnungen für den Namen {name}, oder von {address}.",
		"Finden Sie heraus, was {address} ist. Gehört es nicht Ihnen, nehmen Sie es vom Netz; wer was tat, steht in `gondola " +
			"audit`. Der Alarm " +
			"erlischt eine Viertelstunde nach dem letzten Versuch.",
	],
	"label-without-price": [
		"Etikett {label} gehört zu Artikel {sku}, für den kein Preis gilt.",
		"Bitten Sie die Zentrale um einen Preis von {sku}, oder ordnen Sie das Etikett einem anderen Artikel zu.",
	],
	"label-pending-long": [
		"Etikett {label} (Artikel {sku}) wartet noch auf sein Bild.",
		"Prüfen Sie, ob die Basisstation über dem Gang Strom hat; tragen Sie das Etikett für eine Minute näher zu ihr.",
	],
	"price-held": [
		"Zurückgehalten und nicht in Kraft: {count} Preise der Zentrale überschreiten die Leitplanken dieser Filiale, etwa der " +
			"von {name} ({sku}). " +
			"Was galt, gilt weiter.",
		"Lassen Sie die Zentrale sie ansehen: Eine zweite Person gibt sie frei (`gondola hq release PUSH`) oder nimmt sie zurück. " +
			"`gondola prices held` sagt warum.",
	],
	"prices-frozen": [
		"Preise sind seit {at} von {who} eingefroren ({reason}): Etiketten und Kassen behalten, was gilt, auch eine Aktion, die " +
			"geendet hätte.",
		"Ist die Ursache behoben: `gondola prices thaw`. Was die Zentrale inzwischen sandte, tritt dann von selbst in Kraft.",
	],
	"sale-differs": [
		"{till} hat unter der Nummer {sale} zwei verschiedene Verkäufe gesendet. Nur der erste ist verbucht.",
		"Vergleichen Sie das Journal der Kasse mit dem verbuchten Verkauf, und lassen Sie die Kasse jedem Verkauf eine eigene " +
			"Nummer geben.",
	],
	"sale-refused": [
		"{till} hat Verkauf {sale} gesendet, der sich nicht verbuchen lässt: {why}",
		"Verbuchen Sie ihn von Hand nach dem Journal der Kasse. Geschieht es wieder, lassen Sie das Programm der Kasse berichtigen.",
	],
	"stock-differs": [
		"Der Bestand von {name} ({sku}) ist hier {here} und in der Zentrale {there}: Eine Seite hat eine Bewegung verloren oder " + "erfunden.",
		"Zählen Sie {name} und verbuchen Sie die Zählung. Sie gilt für beide Seiten, und der Alarm erlischt von selbst.",
	],
	"unit-changed": [
		"{name} ({sku}) wurde in {from} verkauft und wird jetzt in {to} verkauft. Der Bestand ist noch in {from}, und nichts " +
			"davon wird online verkauft.",
		"Zählen Sie {name} in {to} und verbuchen Sie die Zählung; der Alarm erlischt von selbst.",
	],
	"stock-differs-widely": [
		"Der Bestand von {count} Artikeln ist hier anders als in der Zentrale, wie nach einer getauschten oder " + "wiederhergestellten Box.",
		"Zählen Sie die Regale. Die ersten zwanzig Artikel haben eigene Alarme; die anderen folgen, wenn diese gezählt sind.",
	],
	"transfer-differs": [
		"Von der Umlagerung {transfer} aus Filiale {from} kam nicht alles an, wie es gesendet wurde: {what}.",
		"Suchen Sie in der Lieferung und fragen Filiale {from}. Verbuchen Sie Gefundenes oder Verlorenes als Bewegung, oder " +
			"zählen Sie; dann bestätigen.",
	],
	"movement-differs": [
		"Die Zentrale sandte die Bewegung {movement} von {name} ({sku}) als {there}; hier ist sie als {here} verbucht, was gilt.",
		"Finden Sie heraus, was stimmt. Stimmt das der Zentrale, verbuchen Sie den Unterschied unter anderer Nummer, oder zählen " +
			"{name}. Dann bestätigen.",
	],
	"movement-twice": [
		"Die Zentrale hat unter der Nummer {movement} schon eine andere Bewegung und lehnte diese von {name} ({sku}) ab: {here}.",
		"Verbuchen Sie, was fehlt, unter anderer Nummer, oder zählen {name}. Jedes Programm soll jeder Bewegung eine eigene " +
			"Nummer geben. Dann bestätigen.",
	],
	"article-recalled": [
		"{name} ist zurückgerufen, Charge {lot}: {reason}. Kassen und Scanner hier lehnen es ab.",
		"Nehmen Sie es aus dem Regal und aus den Tüten der Online-Bestellungen und legen es getrennt. Der Alarm erlischt, wenn " +
			"die Zentrale den " +
			"Rückruf aufhebt.",
	],
	"order-late-soon": [
		"Bestellung {order} wird um {at} wohl nicht fertig sein: {lines} Positionen sind noch offen.",
		"Schicken Sie eine zweite Person zum Sammeln, oder sagen Sie es dem Kunden.",
	],
	"order-late": ["Bestellung {order} sollte um {at} fertig sein und ist es nicht.", "Sammeln Sie sie jetzt, und sagen Sie es dem Kunden."],
	"order-code-guessed": [
		"Für Bestellung {order} wurden {wrong} falsche Codes gezeigt. Eine Viertelstunde lang wird keiner angesehen.",
		"Geben Sie nichts heraus. Die Zentrale soll mit dem Kunden klären, wer kam.",
	],
	"client-refused": [
		"{device} wird vom MQTT-Broker der Filiale immer wieder abgelehnt (Client {client} unter {address}): {why}.",
		"Stellen Sie das Gerät richtig ein, oder nehmen Sie es vom Netz, falls es nicht Ihres ist. `gondola doctor` zeigt alle " +
			"Ablehnungen.",
	],
	"raw-receipt-refused": [
		"Eine Kasse ({address}) sandte an den Port von {device} einen Bon, der nicht gedruckt wird: {why}.",
		"Drucken Sie ihn an der Kasse noch einmal. Misslingt das, lassen Sie die Kasse einen Epson-Treiber mit Text oder Bildern " +
			"benutzen.",
	],
	"receipt-without-printer": [
		"Ein Bon wartet auf einen Drucker, der nicht in den Einstellungen dieses Gateways steht ({device}). Der Verkauf ist verbucht.",
		"Fügen Sie den Drucker zu `devices` in gondola.yaml hinzu, oder lassen Sie die Kasse keinen Bon verlangen; Wartendes " +
			"wird von selbst gedruckt.",
	],
	"clock-untrusted": [
		"Diese Box kennt die richtige Zeit nicht, darum wird die Preisänderung für {at} zurückgehalten.",
		"Prüfen Sie, ob die Box einen Zeitserver erreicht; dann geschieht die Änderung von selbst.",
	],
	"hq-clock-differs": [
		"Die Uhr der Zentrale weicht {minutes} Minuten von der dieser Box ab. Die Filiale geht nach ihrer eigenen Uhr, die " +
			"keinen Fehler zeigte.",
		"Vergleichen Sie beide mit der Uhrzeit; sagen Sie es der Zentrale, wenn ihre falsch ist, sonst stellen Sie die dieser " +
			"Box nach einem Zeitserver.",
	],
	"clock-ran-ahead": [
		"Die Uhr dieser Box ging vor, bis {at}, und Preisänderungen traten zu früh in Kraft. Bis dahin sind sie zurückgenommen.",
		"Prüfen Sie, was inzwischen verlangt wurde. Die Preisänderungen kommen zu ihrer Zeit von selbst.",
	],
	"ledger-disk-short": [
		"Die Platte dieser Box füllt sich: {percent} % des Platzes für das Journal sind belegt.",
		"Schaffen Sie Platz auf der Box, oder bringen Sie die Leitung zur Zentrale zurück, damit Altes gehen kann.",
	],
	"ledger-disk-full": [
		"Die Platte dieser Box ist voll. Neues kann abgelehnt werden; Geräte heben es auf und versuchen es wieder.",
		"Schaffen Sie jetzt Platz auf der Box. Nichts, was bestätigt wurde, ist verloren.",
	],
	"ledger-not-writing": [
		"Nichts lässt sich aufheben: Die Platte unter {directory} ist {why}. Verkäufe, Scans und Bestand werden nicht bestätigt; " +
			"Kassen und Geräte " +
			"heben sie auf und senden sie wieder.",
		"Ist sie voll, löschen Sie, was nicht zu Gondola gehört: `df -h {directory}` und `du -xh / | sort -h | tail` zeigen es. " +
			"Geht sie kaputt, " +
			"tauschen Sie sie: `journalctl -k | grep -i error`. Es geht binnen Sekunden von selbst weiter; nichts Bestätigtes ist " +
			"verloren.",
	],
	"ledger-rebuilt": [
		"Das Journal war beschädigt und liegt beiseite als {file}. Preise kommen von der Zentrale zurück; was sich nicht " +
			"wiederherstellen ließ: {lost}.",
		"Sagen Sie es der IT. Zählen Sie die genannten Regale, und behalten Sie die beiseitegelegte Datei.",
	],
	"cold-chain-warm": [
		"{place} ist zu warm: {celsius} °C, erlaubt sind höchstens {max} °C. So ist es seit {minutes} Minuten oder länger.",
		"Schließen Sie die Türen und sehen Sie, ob es kühler wird. Prüfen Sie die Ware und tragen sie in eine andere Kühlung. " +
			"Der Alarm erlischt von selbst, wenn die Temperatur wieder stimmt; `gondola coldchain` zeigt den Verlauf.",
	],
	"cold-chain-cold": [
		"{place} ist zu kalt: {celsius} °C, erlaubt sind mindestens {min} °C. So ist es seit {minutes} Minuten oder länger.",
		"Sehen Sie nach dem Thermostat, und prüfen Sie, ob Ware gefroren ist. Der Alarm erlischt von selbst, wenn die Temperatur " +
			"wieder stimmt.",
	],
	"cold-chain-silent": [
		"Seit {minutes} Minuten keine Temperatur von {place} ({device}, {sensor}; {why}). silent: Es meldet nichts. " +
			"not-a-number, power-on-value, out-of-range, too-old: Was es meldet, kann nicht stimmen.",
		"Lesen Sie dort das Thermometer ab und schreiben Sie es auf. Prüfen Sie Batterie oder Kabel des Fühlers, und ob sein " +
			"Name in `coldChain` einer ist, den `gondola devices` nennt. Der Alarm erlischt mit der nächsten Temperatur von selbst.",
	],
	"fiscal-unsigned": [
		"Verkäufe seit {at} haben keine Signatur: {device} hat sie nicht signiert, und ihre Belege sagen es.",
		"Bringen Sie {device} wieder in Gang; dann wird von selbst nachsigniert. `gondola fiscal` zeigt sie.",
	],
	"fiscal-refused": [
		"Die Sicherheitseinrichtung hat {sale} von {till} nicht signiert: {why}. Sie wird nicht von selbst wieder gefragt.",
		"Sehen Sie am Gerät nach, was ihm fehlt. Dann lassen Sie es wieder fragen: gondola fiscal again {request}.",
	],
};
