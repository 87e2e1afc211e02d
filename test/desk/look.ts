import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { parseConfig } from "../../src/config/load.ts";
import { deskSettings } from "../../src/daemon/desk-settings.ts";
import { startDesk } from "../../src/desk/server.ts";
import type { Alarm, DeviceStatus } from "../../src/words/alarm.ts";
import type { LabelStatus } from "../../src/words/label.ts";
import { openDesk } from "./access.ts";
import { emptyLabel, fakeLedger } from "./fake-ledger.ts";
import { inventSelling } from "./look-selling.ts";

/**
 * Serves the desk with an invented store, to look at the page: `node test/desk/look.ts [port] [labels] [quiet|troubled] [folder]`. Troubled: a
 * receipt in doubt with sixty newer ones, a shelf to count, a scale that is away, six cables pulled at once. Quiet: every label shows its
 * price, and nothing waits for a person. In the folder is the gondola.yaml that the page of settings changes; without one it changes none.
 */
const [port = "8099", many = "1200", mood, folder] = process.argv.slice(2);
const ledger = fakeLedger(new Date().toISOString());
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();

const goods: [name: string, brand: string, net: string, amountMinor: number, offerMinor?: number][] = [
	["Milk UHT 2.8 %", "Z Bregov", "1 l", 109, 94],
	["Butter", "Vindija", "250 g", 299],
	["Yoghurt 2.8 %", "Vindija", "1 kg", 255],
	["Penne Rigate", "K Plus", "500 g", 155],
	["Emmentaler slices", "K Plus", "100 g", 165],
	["Wholegrain toast", "K Plus", "500 g", 165, 139],
	["Olive oil extra virgin", "Brist", "0.75 l", 1190],
	["Espresso beans", "Franck", "1 kg", 1549, 1299],
	["Mineral water", "Jamnica", "1.5 l", 89],
	["Cat food, beef", "Buddy", "405 g", 99],
	["Chocolate with hazelnut", "Dorina", "100 g", 189],
	["Rice, long grain", "Zlato Polje", "1 kg", 279],
	["Tomato passata", "Podravka", "700 g", 199],
	["Tuna in olive oil", "Rio Mare", "160 g", 449, 379],
	["Dish soap", "Čarli", "900 ml", 219],
	["Kitchen towels, 4 rolls", "Violeta", "4 pcs", 399],
	["Apple juice", "Juicy", "1 l", 179],
	["Honey, acacia", "Medex", "450 g", 899],
];
const pushes = ["regular", "promotion"] as const;
goods.forEach(([name, brand, net, amountMinor, offerMinor], at) => {
	const sku = String(90_312_379 + at * 173);
	ledger.articles.set(sku, { sku, gtin: `0${3_850_334_352_507 + at * 1_013}`, name: `${brand} ${name} ${net}`, version: 1 });
	const common = { sku, currency: "EUR", unitPrice: { amountMinor: amountMinor * 2, per: "kg" }, push: "spring-14" };
	ledger.prices.push({ ...common, version: 3, kind: pushes[0], amountMinor, from: ago(86_400 * 20) });
	if (offerMinor !== undefined) {
		const offer = { amountMinor: offerMinor, priorAmountMinor: amountMinor - 5, from: ago(7_200), until: ago(-86_400 * 5) };
		ledger.prices.push({ ...common, version: 4, kind: pushes[1], ...offer });
	}
	ledger.movements.set(`count-${sku}`, {
		id: `count-${sku}`,
		sku,
		quantity: 12 + at * 3,
		reason: "count",
		occurredAt: ago(40_000),
		origin: "store",
	});
});
const skus = [...ledger.articles.keys()];

for (let at = 0; at < Number(many); at += 1) {
	const sku = skus[at % skus.length]!;
	const odd =
		mood === "quiet"
			? "SHOWN"
			: at % 97 === 40
				? "FAILED"
				: at % 61 === 5
					? "STALE"
					: at % 29 === 3
						? "PENDING"
						: at === 11
							? "UNBOUND"
							: "SHOWN";
	const step = (version: number, seconds: number) => ({ version, at: ago(seconds) });
	const id = (0x0002_5a1c_0000 + at * 7).toString(16).toUpperCase().padStart(16, "0");
	const label: LabelStatus = {
		...emptyLabel(id),
		face: "shelf",
		state: odd,
		sku: odd === "UNBOUND" ? null : sku,
		name: odd === "UNBOUND" ? null : ledger.articles.get(sku)!.name,
		desired: odd === "UNBOUND" ? null : step(odd === "SHOWN" ? 4 : 5, 95),
		sent: odd === "UNBOUND" ? null : step(odd === "SHOWN" ? 4 : 5, 90),
		confirmed: odd === "UNBOUND" || odd === "FAILED" ? null : step(4, odd === "SHOWN" ? 31 : 7_000),
		lastCheckInAt: ago(13 + (at % 50)),
		trouble: odd === "FAILED" ? "label-refused-picture" : null,
	};
	ledger.labels.set(id, label);
}
const labelIds = [...ledger.labels.keys()];
const battery = ledger.labels.get(labelIds[7] ?? "");
if (battery && mood !== "quiet") ledger.labels.set(battery.id, { ...battery, batteryMillivolts: 2_310 });
/** Two places an aisle, so that a few articles make several aisles. */
const shelfPlan = skus.map((sku, at) => ({ place: `A${Math.floor(at / 2) + 1}-${(at % 2) + 1}`, sku, capacity: 12, minimum: 4 }));
if (mood !== "quiet") {
	const [held, low, gone] = [skus[4]!, skus[13]!, skus[12]!];
	ledger.movements.set(`count-${gone}`, { ...ledger.movements.get(`count-${gone}`)!, quantity: 0 });
	ledger.read.shelfFills.goneSince = (sku) => (sku === low ? 9 : 0);
	const price = { sku: held, version: 9, kind: "regular", amountMinor: 15, currency: "EUR", from: ago(3_000), push: "spring-15" } as const;
	const reasons = [{ code: "cut" as const, reason: "91 % below what counts" }];
	ledger.read.priceHolds = { ...ledger.read.priceHolds, page: (after) => (after < held ? [{ price, since: ago(3_000), reasons }] : []) };
}

if (mood !== "quiet") inventSelling(ledger, skus);

const fonts = createRequire(import.meta.url);
const bold = fonts.resolve("@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf");
const drawn = new Map<string, Buffer>();
function picture(id: string, which: string): Buffer | undefined {
	const label = ledger.labels.get(id);
	const step = which === "confirmed" ? label?.confirmed : which === "sent" ? label?.sent : label?.desired;
	if (!label?.sku || !step) return undefined;
	const key = `${label.sku} ${step.version}`;
	const price = ledger.read.prices.effective(label.sku, ledger.clock.wall)!;
	const minor = price.amountMinor + (step.version - 4) * 10;
	const [whole, cents] = (minor / 100).toFixed(2).split(".");
	const offer = price.kind === "promotion";
	const words = price.name.split(" ");
	const lines = [words.slice(0, 3).join(" "), words.slice(3).join(" ")];
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="296" height="128" font-family="Noto Sans" font-weight="700">
		<rect width="296" height="128" fill="#fff"/><rect width="296" height="${offer ? 24 : 0}" fill="#c00"/>
		<text x="8" y="17" font-size="14" fill="#fff">${offer ? "PONUDA" : ""}</text>
		<text x="8" y="${offer ? 44 : 24}" font-size="17">${lines[0]}</text><text x="8" y="${offer ? 64 : 46}" font-size="15">${lines[1]}</text>
		<text x="244" y="116" font-size="62" text-anchor="end" fill="${offer ? "#c00" : "#000"}">${whole}</text>
		<text x="248" y="94" font-size="28" fill="${offer ? "#c00" : "#000"}">${cents}</text><text x="250" y="116" font-size="15">EUR</text>
		<text x="8" y="118" font-size="11">${label.sku} · 1 kg = ${(price.unitPrice!.amountMinor / 100).toFixed(2)}</text></svg>`;
	if (!drawn.has(key)) {
		drawn.set(
			key,
			Buffer.from(new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: [bold], defaultFontFamily: "Noto Sans" } }).render().asPng()),
		);
	}
	return drawn.get(key);
}

const device = (id: string, family: DeviceStatus["family"], protocol: string, state: DeviceStatus["state"], trouble: string | null) => {
	const times = { since: ago(700), lastHeardAt: ago(state === "well" ? 3 : 700) };
	ledger.devices.set(id, { id, family, protocol, address: "/dev/serial/by-id/x", state, trouble, ...times, detail: {} });
};
device("scanner-till-1", "scanner", "hid-pos", "well", null);
device("scanner-till-2", "scanner", "ssi", "well", null);
device("scale-deli", "scale", "mt-sics", mood === "quiet" ? "well" : "troubled", mood === "quiet" ? null : "scale-silent");
device("shelf-12", "scale", "mt-sics", "well", null);
device("receipt-till-1", "printer", "escpos", "well", null);
device("labels-ceiling", "label", "openepaperlink", "well", null);
device("fridge-3", "mqtt", "tasmota", "offline", null);

const alarm = (level: Alarm["level"], code: string, subject: string, seconds: number, what: string, next: string) => {
	const id = `${code}:${subject}`;
	const raised = { id, level, code, subject, what, do: next, healsByItself: level !== "BLUE", since: ago(seconds), count: 1 };
	ledger.alarms.set(id, { ...raised, acknowledgedAt: null });
};
if (mood !== "quiet") {
	alarm(
		"RED",
		"scale-silent",
		"scale-deli",
		700,
		"scale-deli is connected but does not answer.",
		"Switch scale-deli off and on. If it stays silent, check that its own menu says protocol MT-SICS, 9600 baud.",
	);
	alarm(
		"YELLOW",
		"label-out-of-contact",
		"A4F0",
		8_000,
		"The label A4F0 has not checked in since 06:12.",
		"Look at A4F0: if its place is empty, find it; if it hangs there, change its battery.",
	);
	alarm(
		"BLUE",
		"printer-paper-near-end",
		"receipt-till-1",
		300,
		"The paper in receipt-till-1 is nearly used up.",
		"Keep a new roll next to receipt-till-1.",
	);
	alarm(
		"BLUE",
		"label-battery-low",
		labelIds[7] ?? "A4F1",
		90_000,
		"The battery of the label is nearly empty.",
		"Change the battery this week.",
	);
}
const jobStates = ["printed", "printed", "in-doubt", "sent", "void", "printed", "queued"] as const;
jobStates.forEach((state, at) => {
	if (mood === "quiet" && state === "in-doubt") return;
	const why = state === "in-doubt" ? "power failed before the cut" : null;
	const id = `till-1-2026-${4_711 + at}`;
	ledger.jobs.set(id, {
		id,
		printer: "receipt-till-1",
		document: "…",
		state,
		why,
		copy: 1,
		opensDrawer: false,
		sku: null,
		queuedAt: ago(400 - at * 50),
		changedAt: ago(398 - at * 50),
	});
});

if (mood === "troubled") {
	alarm(
		"RED",
		"printer-in-doubt",
		"till-1-in-doubt",
		500,
		"receipt-till-1 stopped in the middle of receipt till-1-in-doubt.",
		"Look at it.",
	);
	const job = { printer: "receipt-till-1", why: null, copy: 1, opensDrawer: false, sku: null, queuedAt: ago(500), changedAt: ago(500) };
	const document = "^^^0204\nReceipt in-doubt\n2026-11-27 23:10 | till-1\n{width:*,12}\n-\n1 × Milk | €1.09\n-\n^^^TOTAL | ^^^€12.40\n";
	ledger.jobs.set("till-1-in-doubt", { ...job, id: "till-1-in-doubt", document, state: "in-doubt" });
	for (let n = 0; n < 60; n += 1)
		ledger.jobs.set(`till-2-${n}`, { ...job, id: `till-2-${n}`, document: "…", state: "printed", queuedAt: ago(400 - n) });
	device("label-printer-1", "printer", "zpl", "well", null);
	const due = skus
		.slice(0, 3)
		.map((sku, at) => ({ sku, fields: "{}", job: `j-${at}`, printer: "label-printer-1", printedAt: ago(90_000), isDue: true }));
	ledger.read.paperLabels = { list: () => due, due: () => due, dueCount: () => due.length };
	ledger.read.jobs.waitsForLabel = (sku) => sku === skus[1];
	const mixes = [[{ sku: skus[4]!, pieces: -1, milligrams: -1_000_000 }], [{ sku: skus[1]!, pieces: -4, milligrams: -1_000_000 }]];
	const doubt = { change: 7, code: "shelf-which-article", at: ago(600), milligrams: -1_003_000, post: true, candidates: mixes };
	ledger.read.link.shelfDoubts = () => ({ "shelf-13": [doubt] });
	ledger.read.link.restocking = () => ({ "shelf-14": { until: ago(-1_200), by: "ana" } });
	alarm(
		"YELLOW",
		"shelf-which-article",
		"shelf-13",
		600,
		"Goods came or went on shelf-13, and it may have been several things.",
		"Say which it was, or count.",
	);
	device("scale-away", "scale", "mt-sics", "troubled", "port-missing");
	for (const n of [1, 2, 3, 4, 5, 6])
		alarm("RED", "port-missing", `usb-${n}`, 60 - n, `The cable to usb-${n} is unplugged, or the device is switched off.`, "Push it in.");
}

function happen(): void {
	ledger.clock.wall = new Date().toISOString();
	const sku = skus[Math.floor(Math.random() * skus.length)]!;
	const article = ledger.articles.get(sku)!;
	const price = ledger.read.prices.effective(sku, ledger.clock.wall)!;
	const known = Math.random() < 0.9;
	const dice = Math.random();
	if (dice < 0.55) {
		ledger.happen({
			type: "article.scanned",
			device: "scanner-till-1",
			code: known ? article.gtin!.slice(1) : "2100450012345",
			symbology: "ean13",
			symbologySource: "aim",
			gtin: known ? article.gtin! : null,
			sku: known ? sku : null,
			name: known ? article.name : null,
			amountMinor: known ? price.amountMinor : null,
			currency: known ? "EUR" : null,
		});
	} else if (dice < 0.75) {
		const back = Math.random() < 0.3;
		const id = `m-${Math.random()}`;
		const shelfSku = skus[Math.floor(Math.random() * 4)]!;
		ledger.movements.set(id, {
			id,
			sku: shelfSku,
			quantity: back ? 1 : -1,
			reason: back ? "put-back" : "pick",
			occurredAt: ledger.clock.wall,
			origin: "store",
		});
		ledger.happen({
			type: "shelf.changed",
			shelf: `shelf-${12 + skus.indexOf(shelfSku)}`,
			sku: shelfSku,
			because: back ? "put-back" : "pick",
			pieces: back ? 1 : -1,
			milligrams: back ? 508_000 : -508_000,
			movement: id,
		});
	} else if (mood !== "quiet") {
		const waiting = [...ledger.labels.values()].find((label) => label.state === "PENDING");
		if (!waiting || dice > 0.9) {
			const labels = [...ledger.labels.values()].filter((label) => label.state === "SHOWN" && label.sku === sku).slice(0, 6);
			for (const label of labels) {
				const step = { version: label.desired!.version + 1, at: ledger.clock.wall };
				ledger.labels.set(label.id, { ...label, state: "PENDING", desired: step, sent: step });
			}
			ledger.happen({
				type: "price.activated",
				sku,
				version: 5,
				kind: price.kind,
				amountMinor: price.amountMinor,
				currency: "EUR",
				push: null,
				labels: labels.length,
			});
			return;
		}
		ledger.labels.set(waiting.id, { ...waiting, state: "SHOWN", confirmed: { version: waiting.desired!.version, at: ledger.clock.wall } });
		ledger.happen({
			type: "label.shown",
			label: waiting.id,
			sku: waiting.sku!,
			version: 5,
			priceVersion: 4,
			upToVersion: 4,
			amountMinor: price.amountMinor,
			currency: "EUR",
			picture: "0",
			downloadedAt: null,
		});
	}
}
ledger.happen({ type: "gateway.started", version: "0.1.0", boot: "b", afterCrash: true }, ago(9_000));
ledger.happen({ type: "line.changed", up: false, why: "no answer for 45 s" }, ago(7_500));
ledger.happen({ type: "prices.accepted", count: 128, push: "spring-14", firstFrom: ago(7_200) }, ago(7_300));
for (const { sku, version, kind, amountMinor, from } of ledger.prices.filter(({ version }) => version === 4))
	ledger.happen({ type: "price.activated", sku, version, kind, amountMinor, currency: "EUR", push: "spring-14", labels: 1 }, from);
for (let n = 0; n < 40; n += 1) happen();
ledger.waiting = { facts: 1_204, notes: 3_310, oldestAt: ago(7_480) };

const configured = `# Store 0204, Ilica 12. Who changes something here says so to Mara.
store: "0204" # as on the door
data: ${folder ?? "/var/lib/gondola"}
locale: hr
timeZone: Europe/Zagreb
desk:
  port: 8080
  names: [till-office.local]
devices:
  # at the first till
  - { id: scanner-till-1, family: scanner, protocol: hid-pos, port: /dev/hidraw0 }
  - id: scale-deli # the big one
    family: scale
    protocol: mt-sics
    port: /dev/serial/by-id/usb-FTDI-A9001
  - { id: receipt-till-1, family: printer, host: 10.17.0.31 }
shelves:
  - { id: shelf-12, scale: scale-deli, sku: "90312379" }
alarms:
  labelPendingMinutes: 20
`;
const configFile = folder && join(folder, "gondola.yaml");
if (configFile) writeFileSync(configFile, configured, { mode: 0o640 });
const desk = await startDesk({
	settings: deskSettings(configFile ? { file: configFile } : { text: configured }, parseConfig(configured)),
	...openDesk(),
	ledger,
	port: Number(port),
	version: "0.1.0",
	locale: "en",
	log: { info() {}, warn: console.warn, error: console.error },
	status: () => ({ connected: mood === "quiet", lastContact: mood === "quiet" ? ago(4) : ago(7_480), offlineDaysLeft: 41.3 }),
	pictures: { png: picture },
	actions: { testDevice: async (id) => ({ ok: true, what: `${id} answered in 14 ms.` }), restartDevice: async () => {} },
	shelfPlan,
	shelves: skus.slice(0, 4).map((sku, at) => ({
		...{ id: `shelf-${12 + at}`, sku, scale: at === 3 ? "scale-away" : "shelf-12" },
		...(at === 1 && { others: [{ sku: skus[4]! }] }),
	})),
});
console.log(desk.url);
setInterval(happen, 900);
