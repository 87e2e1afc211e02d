/** The text as a QR code in SVG, for a phone that is held to the screen. */
export async function qrCodeOf(text: string): Promise<string> {
	// Loaded when the first code is made: the library is 2 MB, and most processes make none.
	const { default: bwip } = await import("bwip-js");
	return bwip.toSVG({ bcid: "qrcode", text });
}
