/** The rules of the house as functions from a file to sentences. They read text, so that a rule can be shown to fail on a planted one. */
import { dirname, join, normalize } from "node:path";

export interface SourceFile {
	/** From the root of the repository, with slashes. */
	path: string;
	text: string;
}

export interface Parts {
	/** The program with comments taken out and strings kept, but for those that quote something: these are texts, not names. */
	code: string;
	/** The program with comments taken out and strings emptied. */
	bones: string;
	/** The same with every line break of the file kept, so that lines can be counted. */
	outline: string;
	comments: string;
}

/**
 * Takes a TypeScript file apart into program and comments. Knows strings, templates and regular expressions well enough for our own code.
 */
export function partsOf(text: string): Parts {
	let code = "";
	let bones = "";
	let outline = "";
	let comments = "";
	let last = "";
	const breaks = (piece: string): string => piece.replace(/[^\n]/g, "");
	const keep = (piece: string, bone = piece): void => {
		code += piece;
		bones += bone;
		outline += bone === piece ? piece : bone + breaks(piece);
		if (piece.trim() !== "") last = piece.trimEnd().slice(-1);
	};
	const beginsExpression = (): boolean =>
		last === "" || /[(,=:[!&|?{};<>+*%~^-]/.test(last) || /\b(return|typeof|case|in|of)$/.test(code.trimEnd());
	for (let at = 0; at < text.length; ) {
		const rest = text.slice(at, at + 2);
		const sign = text[at]!;
		if (rest === "//" || rest === "/*") {
			const end = rest === "//" ? text.indexOf("\n", at) : text.indexOf("*/", at + 2);
			const stop = end < 0 ? text.length : rest === "//" ? end : end + 2;
			comments += `${text.slice(at, stop)}\n`;
			outline += breaks(text.slice(at, stop));
			at = stop;
		} else if (sign === '"' || sign === "'" || sign === "`") {
			const end = endOf(text, at, sign);
			const whole = text.slice(at, end);
			keep(/["'`]/.test(whole.slice(1, -1)) ? sign + sign : whole, sign + sign);
			at = end;
		} else if (sign === "/" && beginsExpression()) {
			const found = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/.exec(text.slice(at, at + 2_000))?.[0];
			keep(found ?? sign, found ? "/./" : sign);
			at += (found ?? sign).length;
		} else {
			keep(sign);
			at += 1;
		}
	}
	return { code, bones, outline, comments };
}

/** An apostrophe in the text of a page does not reach beyond its line. */
function endOf(text: string, from: number, quote: string): number {
	for (let at = from + 1; at < text.length; at += 1) {
		if (text[at] === "\\") at += 1;
		else if (text[at] === quote) return at + 1;
		else if (text[at] === "\n" && quote !== "`") return at;
		else if (quote === "`" && text.startsWith("${", at)) {
			let depth = 0;
			for (at += 1; at < text.length; at += 1) {
				if (text[at] === "{") depth += 1;
				else if (text[at] === "}" && --depth === 0) break;
				else if (text[at] === '"' || text[at] === "`") at = endOf(text, at, text[at]!) - 1;
			}
		}
	}
	return text.length;
}

/** Everything a file asks for: a path from the root for files of ours, a package's name, or "node:net". Types too: a wall is a wall. */
export function importsOf({ path, text }: SourceFile): string[] {
	const { code } = partsOf(text);
	const patterns = [
		/\b(?:import|export)\b(?:\s+type)?[\s\w{},*$]*?\bfrom\s*["']([^"'\n]+)["']/g,
		/\bimport\s*["']([^"'\n]+)["']/g,
		/\b(?:import|require|require\.resolve)\(\s*["']([^"'\n]+)["']/g,
	];
	const found = patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]!));
	return [...new Set(found)].map((asked) => {
		if (asked.startsWith(".")) return normalize(join(dirname(path), asked));
		return asked.startsWith("node:") ? asked : packageOf(asked);
	});
}

const packageOf = (asked: string): string =>
	asked
		.split("/")
		.slice(0, asked.startsWith("@") ? 2 : 1)
		.join("/");

/** Which room may use which of our files. The first matching row counts; $1 is what the row's own path said. Left out means: may not. */
export const rooms: readonly [room: RegExp, mayUse: string][] = [
	[/^drivers\/troubles\//, "drivers/troubles/"],
	[/^drivers\/trouble\.ts$/, "drivers/troubles/"],
	[/^drivers\/troubles-text\.ts$/, "drivers/trouble\\.ts$"],
	[/^drivers\/transport\//, "drivers/(trouble\\.ts$|transport/)"],
	// Letters that join, stack or run from right to left, for receipts and labels.
	[/^drivers\/text\//, "drivers/text/"],
	// scanner/gs1/gtin.ts has the one check digit of GS1 numbers: whoever prints, draws or imports such numbers checks them by it.
	[/^drivers\/([a-z]+)\//, "drivers/(trouble\\.ts$|transport/(port|lines|datagram)\\.ts$|scanner/gs1/gtin\\.ts$|text/|$1/)"],
	[/^src\/words\//, "src/words/"],
	[/^src\/rails\//, "src/(words|rails)/"],
	[/^src\/link\//, "src/(words|trust|link)/"],
	[/^src\/ledger\//, "src/(words|ledger)/"],
	[
		/^src\/flows\//,
		"src/(words|rails|flows)/|src/ledger/ledger\\.ts$|drivers/(trouble\\.ts$|scanner/(content|aim|payment-card)\\.ts$|scanner/gs1/|scale/shelf/|printer/receipt/limits\\.ts$)",
	],
	[/^src\/faces\//, "src/(words|faces)/|drivers/(label/(picture|models)|scanner/gs1/gtin|text/shaping)\\.ts$"],
	[/^src\/floor\//, "src/(words|flows|faces|floor)/|src/ledger/ledger\\.ts$|drivers/"],
	[/^src\/uplink\//, "src/(words|trust|link|flows|uplink)/|src/ledger/ledger\\.ts$"],
	[/^src\/access\//, "src/(words|access)/"],
	[/^src\/trust\//, "src/(words|trust)/|src/access/secret-file\\.ts$"],
	[/^src\/broker\//, "src/(words|access|flows|broker)/|src/ledger/ledger\\.ts$|drivers/scanner/gs1/gtin\\.ts$"],
	[/^src\/desk\/cockpit\//, "src/(words|desk/cockpit)/"],
	// The handheld page is of one design with the cockpit.
	[/^src\/desk\/hand\//, "src/(words/|desk/cockpit/(shared/|styles/|language/format\\.ts$)|desk/hand/)"],
	[/^src\/desk\//, "src/(words|access|flows|desk)/|src/ledger/ledger\\.ts$"],
	[/^src\/epos\//, "src/(words|access|flows|epos)/|src/ledger/ledger\\.ts$|drivers/printer/(epos/|raw/|status\\.ts$)"],
	[/^src\/replica\//, "src/(words|access|replica)/|src/ledger/copy/"],
	[/^src\/config\/editing\//, "src/(words|access|config)/"],
	[/^src\/config\//, "src/(words|config)/|src/broker/(routing/(filter|mapping)|profiles/names)\\.ts$|drivers/[a-z]+/options\\.ts$"],
	// Head office's page is of one design with the cockpit.
	[/^src\/hq\/http\/page\//, "src/(words/|desk/cockpit/(shared/|styles/|language/format\\.ts$)|hq/http/page/)"],
	[
		/^src\/hq\//,
		"src/(words|rails|access|trust|link|hq)/|src/faces/(fields|drawing/(pool|png))\\.ts$|drivers/(scanner/gs1/gtin|label/models)\\.ts$",
	],
	[/^src\/sim\//, "src/(words|link|sim)/"],
	[/^src\/(daemon|cli)\//, "src/|drivers/"],
	[/^test\//, ""],
];

/** Where a package may be used. One that is not here is used nowhere: a new package is a decision. */
export const packageHomes: Readonly<Record<string, RegExp>> = {
	"better-sqlite3": /^src\/ledger\//,
	serialport: /^drivers\/transport\/\w+-port\.ts$/,
	"node-hid": /^drivers\/transport\/\w+-port\.ts$/,
	"node:dgram": /^(drivers\/transport\/\w+-port\.ts$|src\/sim\/)/,
	// Desk and HQ: isIP and the type of an address only. Labels fetch their pictures over HTTP, so getdata.ts is a server.
	"node:net":
		/^(drivers\/transport\/\w+-port\.ts$|drivers\/label\/oepl\/getdata\.ts$|src\/(access|trust|broker|replica|sim|epos|hq\/(http|people|feed)|hq\/service\.ts|cli\/(enrolment|doctor|demo\/drill-faults\.ts$))|src\/desk\/(access\/(guard|addresses)|server)\.ts$)/,
	mqtt: /^src\/(uplink|hq\/line|sim)\//,
	aedes: /^src\/broker\//,
	"mqtt-packet": /^src\/broker\//,
	ws: /^src\/broker\//,
	fastify: /^src\/(desk|hq)\//,
	pg: /^src\/hq\//,
	"@electric-sql/pglite": /^src\/hq\//,
	"csv-parse": /^src\/(hq|cli|daemon)\//,
	koffi: /^(src\/(sim|daemon)\/|drivers\/transport\/\w+-port\.ts$)/,
	pino: /^src\/(daemon|cli)\//,
	"prom-client": /^src\/(desk|hq)\//,
	yaml: /^src\/(config|faces|hq|cli|daemon)\//,
	bcryptjs: /^src\/hq\/enrolment\//,
	canonicalize: /^src\/words\/basics\/canonical-text\.ts$/,
	"@peculiar/x509": /^src\/trust\/certificates\.ts$/,
	"openid-client": /^src\/hq\/people\/oidc\.ts$/,
	"@simplewebauthn/server": /^src\/access\/passkeys\.ts$/,
	"dns-packet": /^src\/cli\/devices\//,
	"reflect-metadata": /^src\/(access\/passkeys|trust\/certificates|daemon\/start\/desk-certificate)\.ts$/,
	"bwip-js": /^src\/(faces|hq\/enrolment|cli\/devices)\//,
	"@resvg/resvg-js": /^(src\/faces\/|drivers\/printer\/)/,
	"@rgrove/parse-xml": /^drivers\/printer\//,
	pngjs: /^(src\/faces\/|drivers\/printer\/)/,
	harfbuzzjs: /^drivers\/text\//,
	"bidi-js": /^drivers\/text\//,
	"zxing-wasm": /^src\/desk\/hand\/scanning\//,
	receiptline: /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans": /^(src\/faces\/|drivers\/printer\/)/,
	"@expo-google-fonts/noto-sans-arabic": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-hebrew": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-thai": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-bengali": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-gurmukhi": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-gujarati": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-tamil": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-telugu": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-kannada": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-malayalam": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-kr": /^drivers\/printer\//,
	"@expo-google-fonts/noto-sans-sc": /^(src\/faces\/|drivers\/printer\/)/,
	zod: /^(drivers\/[a-z]+\/(options|models)\.ts$|src\/(access|trust|link|faces|uplink|broker|desk|replica|config|hq|sim|cli)\/)/,
	preact: /^src\/(desk\/cockpit|desk\/hand|hq\/http\/page)\//,
	vite: /^(src\/desk\/cockpit\/|src\/cli\/build\/build\.ts$|[\w./-]*vite\.config\.ts$)/,
	vitest: /^(test\/|vitest\.config\.ts$)/,
};

const doors = ["floor", "uplink", "broker", "desk", "epos"];
const doorOf = (path: string): string | undefined => doors.find((door) => path.startsWith(`src/${door}/`));

export function brokenWalls(file: SourceFile): string[] {
	const { path } = file;
	const row = rooms.find(([room]) => room.test(path));
	if (!row) return path.startsWith("src/") || path.startsWith("drivers/") ? [`${path} is in a room the table does not know.`] : [];
	const mayUse = new RegExp(`^(?:${row[1].replaceAll("$1", row[0].exec(path)?.[1] ?? "")})`);
	return importsOf(file).flatMap((asked) => {
		if (/^(src|drivers|test|examples)\//.test(asked)) {
			const [from, to] = [doorOf(path), doorOf(asked)];
			if (from && to && from !== to) return [`${path} imports ${asked}: a door never talks to a door.`];
			return mayUse.test(asked) ? [] : [`${path} may not import ${asked}.`];
		}
		if (!/^[@\w]/.test(asked) || path.startsWith("test/")) return [];
		const home = packageHomes[asked];
		if (home) return home.test(path) ? [] : [`${path} may not import ${asked}; only ${home.source} may.`];
		return asked.startsWith("node:") ? [] : [`${path} imports ${asked}, a package no room was given.`];
	});
}

/** Clock, dice and timers come as arguments where a story or the link is told, so that a test can tell it again. */
export function clockAndDice({ path, text }: SourceFile): string[] {
	if (!/^src\/(flows|link)\//.test(path) || path === "src/link/run/clock.ts") return [];
	const found =
		partsOf(text).bones.match(/\b(Date\.now|Math\.random|performance\.now|setTimeout|setInterval|setImmediate)\b|\bnew Date\(\)/g) ?? [];
	return [...new Set(found)].map((call) => `${path} uses ${call}: time and chance are arguments here.`);
}

export const longest = 400;
export const worthALook = 300;

export function shape({ path, text }: SourceFile): string[] {
	const { bones, code, comments } = partsOf(text);
	const wrong: string[] = [];
	const say = (sentence: string): void => void wrong.push(`${path} ${sentence}`);
	const lines = text.trimEnd().split("\n").length;
	if (lines > longest) say(`has ${lines} lines; ${longest} are the most. It usually holds two nouns.`);
	if (/(^|\/)(utils?|helpers?|common|misc|index)\.tsx?$/.test(path)) say("has a name that says nothing.");
	if (/^\s*export\s+default\b/m.test(bones) && !/(^|\/)(vite|vitest)\.config\.ts$/.test(path)) say("has a default export.");
	const left = bones.replace(/\bexport\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s*from\s*(""|'')\s*;?/g, "").trim();
	if (left === "" && bones.trim() !== "") say("only re-exports.");
	if (/\b(TODO|FIXME|XXX)\b/.test(comments)) say("has a note to do something later: do it, or write a decision.");
	if (/@ts-(ignore|nocheck)/.test(comments)) say("silences the compiler.");
	if (/^\s*(enum|namespace)\s+\w+/m.test(bones)) say("uses syntax that cannot be stripped.");
	if (/\bconsole\.(log|warn|error|info|debug)\(/.test(bones) && /^(drivers|src\/(words|link|ledger|flows))\//.test(path))
		say("logs; only doors and the daemon do.");
	if (/\bfrom\s*["']\.[^"']*(?<!\.(?:tsx?|cjs|json|css|svg))["']/.test(code)) say("imports a file of ours without its ending.");
	if (path.startsWith("test/")) {
		if (/\b(describe|it|test)(\.each)?\.only\b/.test(bones)) say("runs only some of its tests.");
		if (/\b(describe|it|test)\.(skip|todo)\b/.test(bones)) say("leaves a test out.");
		if (/\.skip\(\s*\)/.test(bones)) say("skips without saying why.");
	}
	return wrong;
}

/** The package manager's own settings say where packages come from; a file of ours that names a host works on one machine. */
export function registryHosts({ path, text }: SourceFile): string[] {
	const host = /\b(registry\.[a-z0-9-]+\.[a-z]{2,}|(npmjs|npmmirror|yarnpkg)\.(com|org))/i.exec(text)?.[0];
	const resolved = path.endsWith("package-lock.json") && /"resolved":\s*"https?:/.test(text);
	return [
		...(host ? [`${path} names the package registry ${host}.`] : []),
		...(resolved ? [`${path} names where packages came from.`] : []),
	];
}

/** Codes a file raises, clears or throws; of a template only its beginning, with a star. */
export function troubleCodesIn({ text }: SourceFile): string[] {
	const { code } = partsOf(text);
	const literals = (expression: string): string[] =>
		[...expression.matchAll(/(?<!== )["`]([a-z][a-z0-9-]*)(\$\{)?/g)].map(([, word, more]) => (more ? `${word}*` : word!));
	const calls = [
		/\bnew DeviceTrouble\(\s*([^,)]+)/g,
		/\braise\(\s*book,\s*\{\s*code:\s*([^,}]+)/g,
		/\bclear\(\s*book,\s*([^,]+),/g,
		/"(?:raiseAlarm|clearAlarm)",\s*\{\s*code:\s*([^,}]+)/g,
		/\bfailed\(\s*book,\s*\w+,\s*([^,]+),/g,
	];
	return [...new Set(calls.flatMap((call) => [...code.matchAll(call)].flatMap((match) => literals(match[1]!))))];
}
