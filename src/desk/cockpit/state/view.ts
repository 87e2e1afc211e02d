/** Which page of the cockpit is shown, by the address behind the #. */
import { useEffect, useState } from "preact/hooks";

export const views = ["morning", "store", "selling", "settings"] as const;
export type View = (typeof views)[number];

/** Panels of the page `store`: their names behind the # also open it. */
const panels = ["labels", "priceCheck", "scans", "shelves", "receipts", "devices", "events"];

function viewOf(hash: string): View {
	const [name = ""] = decodeURIComponent(hash.replace(/^#/, "")).split("/");
	if (panels.includes(name)) return "store";
	return views.find((view) => view === name) ?? "morning";
}

export function useView(): View {
	const [view, setView] = useState(() => viewOf(location.hash));
	useEffect(() => {
		const look = () => setView(viewOf(location.hash));
		addEventListener("hashchange", look);
		return () => removeEventListener("hashchange", look);
	}, []);
	// A panel exists only once its page is drawn, after the browser has looked for it.
	useEffect(() => {
		if (view === "store") document.getElementById(location.hash.slice(1))?.scrollIntoView();
		else scrollTo(0, 0);
	}, [view]);
	return view;
}
