import { useEffect, useRef, useState } from "preact/hooks";

/** The visible part of a scrolling element, in pixels; `ref` belongs on the element. */
export function useScrollView<E extends HTMLElement>(before: { top: number; width: number; height: number }) {
	const ref = useRef<E>(null);
	const [view, setView] = useState(before);
	useEffect(() => {
		const element = ref.current!;
		const look = () => setView({ top: element.scrollTop, width: element.clientWidth, height: element.clientHeight });
		const watcher = new ResizeObserver(look);
		watcher.observe(element);
		element.addEventListener("scroll", look, { passive: true });
		look();
		return () => {
			watcher.disconnect();
			element.removeEventListener("scroll", look);
		};
	}, []);
	return { ref, view };
}
