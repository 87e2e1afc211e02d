import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useSpeech } from "./language/language.ts";
import { RefusalText } from "./shared/refusal-text.tsx";

/**
 * A view of the cockpit that is loaded apart, because few people open it and the first page has to be there at once, also on a slow
 * handheld. Loading begins when this is called, so that the view is mostly there before somebody opens it.
 */
export function later(load: () => Promise<ComponentType>): ComponentType {
	let loading: Promise<ComponentType> | undefined;
	const begin = (): Promise<ComponentType> => (loading ??= load());
	// Without a network it is loaded when it is opened.
	begin().catch(() => (loading = undefined));
	return function Later() {
		const { say } = useSpeech();
		const [view, setView] = useState<{ View: ComponentType } | null>(null);
		const [isAway, setAway] = useState(false);
		useEffect(() => {
			begin().then(
				(View) => setView({ View }),
				() => {
					loading = undefined;
					setAway(true);
				},
			);
		}, []);
		return view ? <view.View /> : <RefusalText said={isAway ? say("unreachable") : ""} />;
	};
}
