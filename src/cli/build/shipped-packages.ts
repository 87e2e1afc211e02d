/**
 * The packages that an installed gateway needs beside its build, and which of their files: no sources, no headers, no binaries for other
 * machines.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apart } from "./apart.ts";
import { root } from "./built.ts";

/** Packages that only building or testing needs; `node-addon-api` is headers. */
const never = new Set(["vite", "pg-native", "node-addon-api"]);

/** Finds a package as Node does, from another package's folder. */
function placeOf(name: string, from: string): string | undefined {
	for (let at = from; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
		const place = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
		if (existsSync(join(root, place, "package.json"))) return place;
		if (at === "") return undefined;
	}
}

/** The paths of the packages, each with its own dependencies; native packages for other machines are not installed here. */
export function shippedPackages(): string[] {
	const found = new Set<string>();
	const add = (name: string, from: string): void => {
		const place = never.has(name) ? undefined : placeOf(name, from);
		if (place === undefined || found.has(place)) return;
		found.add(place);
		const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(root, place, "package.json"), "utf8")) as {
			dependencies?: Record<string, string>;
			optionalDependencies?: Record<string, string>;
		};
		for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) add(each, place);
	};
	for (const name of apart) add(name, "");
	return [...found].sort();
}

/**
 * The font weights with which labels and receipts are drawn: src/faces/text/letters.ts, drivers/text/shaping.ts, drivers/printer/receipt/.
 */
const weights: Readonly<Record<string, RegExp>> = {
	"node_modules/@expo-google-fonts/noto-sans": /^(400Regular|500Medium|600SemiBold|700Bold|800ExtraBold)$/,
	"node_modules/@expo-google-fonts/noto-sans-sc": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-arabic": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-hebrew": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-thai": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-bengali": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-gurmukhi": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-gujarati": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-tamil": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-telugu": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-kannada": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-malayalam": /^(400Regular|500Medium|700Bold)$/,
	"node_modules/@expo-google-fonts/noto-sans-kr": /^400Regular$/,
};

const sourceFolders = /^(deps|doc|docs|test|tests|vendor|hidapi|scripts|native)(\/|$)/;
const sourceFiles = /(\.map|\.d\.[cm]?ts|\.ts|\.cc|\.cpp|\.hpp|\.c|\.h|\.gyp|\.gypi|\.md|\.ttf\.png)$/i;
/** Built for another C library than Debian's. */
const otherLibrary = /(^|[./_])musl([./_]|$)/;
const otherMachines = new RegExp(`^prebuilds/(?!(HID(_hidraw)?-)?linux-${process.arch}(\\.node|/|$))`);

/** Whether a file or folder of a package is shipped; `file` is its path inside the package. */
export function ships(at: string, file: string): boolean {
	if (file === "") return true;
	// A nested package is listed by its own path.
	if (/(^|\/)node_modules(\/|$)/.test(file)) return false;
	const folder = file.split("/")[0]!;
	const fonts = weights[at];
	if (fonts && /^\d{3}/.test(folder)) return fonts.test(folder) && !sourceFiles.test(file);
	if (at.endsWith("/pglite") && /\.tar\.gz$|\.cjs$|^dist\/(contrib|vector)/.test(file) && !/^dist\/index/.test(file)) return false;
	if (otherLibrary.test(file)) return false;
	if (/^prebuilds\/.+/.test(file)) return !otherMachines.test(file);
	return !sourceFolders.test(file) && !sourceFiles.test(file);
}
