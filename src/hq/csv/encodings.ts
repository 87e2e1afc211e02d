import { isUtf8 } from "node:buffer";
import { HqRefusal } from "../refusal.ts";

/** Thrown where a file's letters fit several encodings: a person has to say which. */
export class EncodingDoubt extends HqRefusal {}

/** A file's encoding and its text. */
export interface DecodedText {
	text: string;
	encoding: string;
}

/** Letters beyond ASCII by their frequency in a language: pairs of letter and percentage. */
const languages: readonly { encoding: string; letters: Readonly<Record<string, number>> }[] = [
	{ encoding: "windows-1252", letters: weights("ä30 ö22 ü32 ß14 é2") },
	{ encoding: "windows-1252", letters: weights("é50 è12 à13 ê7 ç4 û2 ù2 ô3 î3 â3 ë1 ï1 œ1 ° 1") },
	{ encoding: "windows-1252", letters: weights("ó25 í20 á18 é13 ñ13 ú8 ü2 ¿1") },
	{ encoding: "windows-1252", letters: weights("à32 è30 ù12 ò14 é10 ì2") },
	{ encoding: "windows-1252", letters: weights("ã25 ç18 á15 é14 í10 ó8 õ5 â4 ê4 ú3 à2") },
	{ encoding: "windows-1252", letters: weights("å28 ä30 ö22 æ10 ø12 é1") },
	{ encoding: "windows-1250", letters: weights("č30 š24 ž22 ć18 đ6") },
	{ encoding: "windows-1250", letters: weights("í20 á17 ě12 é10 ř9 š7 č8 ž8 ý8 ů5 ú2 ň2 ť2 ď1 ľ2 ô1 ĺ1") },
	{ encoding: "windows-1250", letters: weights("ł27 ę15 ą14 ó12 ż12 ś10 ć6 ń4 ź2") },
	{ encoding: "windows-1250", letters: weights("á34 é32 ö10 ő8 ó10 í6 ü5 ú3 ű2") },
	{ encoding: "windows-1250", letters: weights("ă34 î18 ş16 ţ20 â12") },
	{ encoding: "windows-1254", letters: weights("ı34 ş16 ü16 ğ11 ç11 ö9 İ2 â1") },
];

function weights(text: string): Record<string, number> {
	const found: Record<string, number> = {};
	for (const [, letter, weight] of text.matchAll(/(\S) ?(\d+)/gu)) {
		found[letter!] = Number(weight) / 100;
		const upper = letter!.toLocaleUpperCase("en");
		if (upper.length === 1 && upper !== letter && !(upper in found)) found[upper] = Number(weight) / 100;
	}
	return found;
}

/** Frequent characters of shop texts, by the encoding in which they are written. */
const common: Readonly<Record<string, string>> = {
	gb18030:
		"的一是不人有他这中大来上国和地到以说时要出会也你对生子那得下自之年过发后作里用道行所然家种事成方多经去如都同现没面起看定天分还进好小部其些主样" +
		"商品名称价格编号条码规格单位零售会员啤酒青岛牛奶羊米面油盐糖茶叶饮料食品瓶装袋盒克升毫千公斤蛋肉鱼鸡猪水果苹香蕉菜豆腐纸巾洗衣液粉酱醋饼干巧克力咖啡面包纯净矿泉鲜酸红白绿黑",
	big5:
		"的一是不人有他這中大來上國和地到以說時要出會也你對生子那得下自之年過發後作裡用道行所然家種事成方多經去如都同現沒面起看定天分還進好小部其些主樣" +
		"商品名稱價格編號條碼規格單位零售會員啤酒青島牛奶羊米麵油鹽糖茶葉飲料食品瓶裝袋盒克升毫千公斤蛋肉魚雞豬水果蘋香蕉菜豆腐紙巾洗衣液粉醬醋餅乾巧克力咖啡麵包純淨礦泉鮮酸紅白綠黑",
	shift_jis:
		"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽっゃゅょ" +
		"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダデドバビブベボパピプペポッャュョー" +
		"商品名価格番号規格単位税込抜円本個袋缶瓶牛乳水茶米油塩肉魚卵酒日大小中国産用品食料飲",
};
const commonOf = new Map(Object.entries(common).map(([encoding, text]) => [encoding, new Set(text)]));

/** Names that a mapping may give: those of the Encoding Standard. */
export const knownEncodings = [
	"utf-8",
	"utf-16le",
	"utf-16be",
	"windows-1250",
	"windows-1251",
	"windows-1252",
	"windows-1253",
	"windows-1254",
	"windows-1255",
	"windows-1257",
	"gb18030",
	"gbk",
	"big5",
	"shift_jis",
	"euc-jp",
	"euc-kr",
] as const;

function decodeWith(bytes: Uint8Array, encoding: string): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** How many bytes of a file are looked at. */
const looked = 256 * 1_024;

/**
 * The text of a file: by its byte order mark, as UTF-8 where it is valid UTF-8, else by the frequency of its letters. Throws bad-csv where
 * two encodings are equally likely, or where characters were lost before the file was sent.
 */
export function decodeFile(bytes: Uint8Array, asked?: string): DecodedText {
	const encoding = asked ?? encodingOf(bytes, () => (isUtf8(bytes) ? undefined : sampleOf([bytes])));
	const text = decodeWith(bytes, encoding);
	if (text === undefined) throw notIn(encoding, asked);
	const lost = text.indexOf("\ufffd");
	if (lost >= 0) throw lostIn(breaksIn(text.slice(0, lost)) + 1);
	return { text, encoding };
}

/**
 * The text of a file that is read in pieces, as `decodeFile` would read it. Throws bad-csv where a piece is not in the encoding, or holds
 * U+FFFD.
 */
export function* decodePieces(pieces: Iterable<Uint8Array>, encoding: string, asked: string | undefined): Generator<string> {
	const decoder = new TextDecoder(encoding, { fatal: true });
	let line = 1;
	let endsInCr = false;
	const decode = (piece?: Uint8Array): string => {
		try {
			return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
		} catch {
			throw notIn(encoding, asked);
		}
	};
	const checked = (text: string): string => {
		const lost = text.indexOf("\ufffd");
		if (lost >= 0) throw lostIn(line + breaksIn(text.slice(0, lost)));
		line += breaksIn(text) - (endsInCr && text.startsWith("\n") ? 1 : 0);
		if (text !== "") endsInCr = text.endsWith("\r");
		return text;
	};
	for (const piece of pieces) yield checked(decode(piece));
	yield checked(decode());
}

const breaksIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

const notIn = (encoding: string, asked: string | undefined): HqRefusal =>
	new HqRefusal("bad-csv", `The file is not in ${encoding}, as its ${asked === undefined ? "beginning" : "mapping"} says.`);

const lostIn = (line: number): HqRefusal =>
	new HqRefusal(
		"bad-csv",
		`Line ${line} holds the character U+FFFD: letters were lost when the file was written. Export it anew, as UTF-8.`,
	);

/**
 * Lines with letters beyond ASCII, by which an encoding is guessed: of a file of 200 MB the first ones may stand far down. A file that is
 * small enough is taken whole.
 */
export function sampleOf(pieces: Iterable<Uint8Array>): Uint8Array {
	const lines: Uint8Array[] = [];
	let bytes = 0;
	for (const piece of pieces) {
		if (bytes === 0 && piece.length <= looked) return piece;
		for (let from = 0; from < piece.length && bytes < looked; ) {
			const end = piece.indexOf(0x0a, from) + 1 || piece.length;
			const line = piece.subarray(from, end);
			if (line.some((byte) => byte >= 0x80)) bytes += lines[lines.push(line) - 1]!.length;
			from = end;
		}
		if (bytes >= looked) break;
	}
	return Buffer.concat(lines).subarray(0, looked);
}

/**
 * The encoding of a file, found in its first bytes. `isUtf8Or` is asked only where they do not tell: undefined where all of the file is
 * UTF-8, else a sample of it.
 */
export function encodingOf(bytes: Uint8Array, isUtf8Or: () => Uint8Array | undefined): string {
	const [a, b, c] = bytes;
	if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
	if (a === 0xff && b === 0xfe) return "utf-16le";
	if (a === 0xfe && b === 0xff) return "utf-16be";
	const head = bytes.subarray(0, 512);
	const zeros = (odd: number): number => head.filter((byte, i) => byte === 0 && i % 2 === odd).length;
	if (zeros(1) > head.length / 8) return "utf-16le";
	if (zeros(0) > head.length / 8) return "utf-16be";
	const sample = isUtf8Or();
	if (sample === undefined) return "utf-8";
	const encoding = guess(sample);
	if (encoding === undefined)
		throw new EncodingDoubt(
			"bad-csv",
			"The encoding of the file cannot be told: it is not UTF-8, and its letters fit several others. Save it as UTF-8, or say " +
				`encoding in the mapping (${knownEncodings.slice(3).join(", ")}).`,
		);
	return encoding;
}

function guess(bytes: Uint8Array): string | undefined {
	return guessAsian(bytes) ?? guessEuropean(bytes);
}

/** Guesses an East Asian encoding by the share of characters that are common in shop texts. */
function guessAsian(bytes: Uint8Array): string | undefined {
	const shares = [...commonOf].map(([encoding, letters]) => {
		const text = decodeWith(wholeLines(bytes), encoding) ?? "";
		const high = [...text].filter((letter) => letter > "\u007f");
		return { encoding, share: high.filter((letter) => letters.has(letter)).length / Math.max(1, high.length) };
	});
	const [best, second] = shares.sort((a, b) => b.share - a.share);
	return best!.share >= 0.4 && best!.share > second!.share * 1.5 ? best!.encoding : undefined;
}

/** The weight of a letter that the language does not use. */
const stranger = 0.0005;
/** How much likelier the best encoding must be than the next one whose text differs (natural logarithm). */
const clearly = Math.log(3);

function guessEuropean(bytes: Uint8Array): string | undefined {
	const best = new Map<string, { likelihood: number; text: string }>();
	for (const { encoding, letters } of languages) {
		const text = decodeWith(wholeLines(bytes), encoding);
		// Bytes that an encoding does not define become control characters.
		if (text === undefined || /[\u0080-\u009f]/.test(text)) continue;
		const high = text.replaceAll(/[\0-\u007f€’“”„–—·°²®™\u00a0]/g, "");
		// In a long text letters repeat: each distinct letter counts, weighted by the logarithm of its number.
		const counts = new Map<string, number>();
		for (const letter of high) counts.set(letter, (counts.get(letter) ?? 0) + 1);
		let likelihood = 0;
		for (const [letter, times] of counts) likelihood += Math.log(letters[letter] ?? stranger) * (1 + Math.log(times));
		const known = best.get(encoding);
		if (!known || likelihood > known.likelihood) best.set(encoding, { likelihood, text });
	}
	const ranked = [...best].sort((a, b) => b[1].likelihood - a[1].likelihood);
	const [first, ...others] = ranked;
	if (!first) return undefined;
	const [encoding, { likelihood, text }] = first;
	const isClear = others.every(([, other]) => other.text === text || likelihood - other.likelihood >= clearly);
	// Letters of none of the languages count against the encoding.
	const isText = likelihood > Math.log(stranger) * 3 || likelihood / Math.max(1, text.length) > -0.2;
	return isClear && isText ? encoding : undefined;
}

/** Without the last line, which may be cut in the middle of a character. */
function wholeLines(bytes: Uint8Array): Uint8Array {
	if (bytes.length < looked) return bytes;
	const end = bytes.lastIndexOf(0x0a);
	return end < 0 ? bytes : bytes.subarray(0, end);
}
