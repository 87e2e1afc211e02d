/**
 * The signs on the keys of a keyboard, by country: what a scanner in keyboard mode must be set to, and what its keys mean here.
 * Written from the published charts of the countries' keyboards (the same in Windows and in xkeyboard-config, but for few signs that
 * no barcode has). Keys by the numbers of the kernel (linux/input-event-codes.h).
 */

/** Rows of keys, as they lie: digits, upper, home, lower. 41 is left of 1, 86 right of the left Shift. */
const rows = [
	[41, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
	[16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
	[30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 43],
	[86, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53],
] as const;

interface Chart {
	/** One string a row, one letter a key. */
	plain: readonly [string, string, string, string];
	shift: readonly [string, string, string, string];
	/** Letters with AltGr, by the letter that the key has without it. */
	altGr?: Readonly<Record<string, string>>;
	/** Keys that wait for the next one: what they print is put on it, or stands alone before a space. */
	dead?: string;
}

const us: Chart = {
	plain: ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"],
	shift: ["~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', "|ZXCVBNM<>?"],
};

const charts = {
	us,
	gb: {
		plain: ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"],
		shift: ['¬!"£$%^&*()_+', "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"],
	},
	de: {
		plain: ["^1234567890ß´", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"],
		shift: ['°!"§$%&/()=?`', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"],
		altGr: { 2: "²", 3: "³", 7: "{", 8: "[", 9: "]", 0: "}", ß: "\\", q: "@", e: "€", "+": "~", "<": "|", m: "µ" },
		dead: "^´`",
	},
	fr: {
		plain: ["²&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù*", "<wxcvbn,;:!"],
		shift: ["~1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM%µ", ">WXCVBN?./§"],
		altGr: { é: "~", '"': "#", "'": "{", "(": "[", "-": "|", è: "`", _: "\\", ç: "^", à: "@", ")": "]", "=": "}", e: "€", $: "¤" },
		dead: "^¨",
	},
	be: {
		plain: ["²&é\"'(§è!çà)-", "azertyuiop^$", "qsdfghjklmùµ", "<wxcvbn,;:="],
		shift: ["³1234567890°_", "AZERTYUIOP¨*", "QSDFGHJKLM%£", ">WXCVBN?./+"],
		altGr: { "&": "|", é: "@", '"': "#", "§": "^", ç: "{", à: "}", "^": "[", $: "]", ù: "´", µ: "`", "<": "\\", "=": "~", e: "€" },
		dead: "^¨",
	},
	it: {
		plain: ["\\1234567890'ì", "qwertyuiopè+", "asdfghjklòàù", "<zxcvbnm,.-"],
		shift: ['|!"£$%&/()=?^', "QWERTYUIOPé*", "ASDFGHJKLç°§", ">ZXCVBNM;:_"],
		altGr: { è: "[", "+": "]", ò: "@", à: "#", e: "€" },
	},
	es: {
		plain: ["º1234567890'¡", "qwertyuiop`+", "asdfghjklñ´ç", "<zxcvbnm,.-"],
		shift: ['ª!"·$%&/()=?¿', "QWERTYUIOP^*", "ASDFGHJKLÑ¨Ç", ">ZXCVBNM;:_"],
		altGr: { º: "\\", 1: "|", 2: "@", 3: "#", 4: "~", 6: "¬", "`": "[", "+": "]", "´": "{", ç: "}", e: "€" },
		dead: "`^´¨",
	},
	ch: {
		plain: ["§1234567890'^", "qwertzuiopü¨", "asdfghjklöä$", "<yxcvbnm,.-"],
		shift: ['°+"*ç%&/()=?`', "QWERTZUIOPè!", "ASDFGHJKLéà£", ">YXCVBNM;:_"],
		altGr: { 1: "¦", 2: "@", 3: "#", 6: "¬", 7: "|", 8: "¢", "'": "´", "^": "~", ü: "[", "¨": "]", ä: "{", $: "}", "<": "\\", e: "€" },
		dead: "^¨`´~",
	},
} as const satisfies Record<string, Chart>;

export type KeyboardLayout = keyof typeof charts;
export const keyboardLayouts = Object.keys(charts) as [KeyboardLayout, ...KeyboardLayout[]];

export interface KeySigns {
	plain: string;
	shift: string;
	altGr?: string;
}

export interface Keys {
	signs: ReadonlyMap<number, KeySigns>;
	isDead(sign: string): boolean;
}

/** Signs that are the same on every keyboard: space and the keypad. */
const everywhere: readonly [number, string][] = [
	[57, " "],
	[55, "*"],
	[74, "-"],
	[78, "+"],
	[98, "/"],
	[83, "."],
	...[82, 79, 80, 81, 75, 76, 77, 71, 72, 73].map((code, digit): [number, string] => [code, String(digit)]),
];

/** The digit of a key on the keypad; undefined: it has none. */
export const keypadDigit = (code: number): string | undefined => {
	const digit = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73].indexOf(code);
	return digit < 0 ? undefined : String(digit);
};

export function keysOf(layout: KeyboardLayout): Keys {
	const chart: Chart = charts[layout];
	const signs = new Map<number, KeySigns>(everywhere.map(([code, sign]) => [code, { plain: sign, shift: sign }]));
	for (const [at, row] of rows.entries()) {
		const [plain, shift] = [[...chart.plain[at]!], [...chart.shift[at]!]];
		for (const [place, code] of row.entries()) {
			const altGr = chart.altGr?.[plain[place]!];
			signs.set(code, { plain: plain[place]!, shift: shift[place]!, ...(altGr !== undefined && { altGr }) });
		}
	}
	return { signs, isDead: (sign) => chart.dead?.includes(sign) ?? false };
}
