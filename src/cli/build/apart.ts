/** Packages that the build does not bundle: they need files beside their code, or only developers use them. */
export const apart: readonly string[] = [
	"better-sqlite3",
	"serialport",
	"@serialport/bindings-cpp",
	"node-hid",
	"koffi",
	"@resvg/resvg-js",
	"@expo-google-fonts/noto-sans",
	"@expo-google-fonts/noto-sans-sc",
	"@expo-google-fonts/noto-sans-arabic",
	"@expo-google-fonts/noto-sans-hebrew",
	"@expo-google-fonts/noto-sans-thai",
	"harfbuzzjs",
	"bidi-js",
	"@electric-sql/pglite",
	"pg-native",
	"vite",
];
