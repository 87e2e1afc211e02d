import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useScrollView } from "../../../../desk/cockpit/shared/scroll-view.ts";

/** Rows drawn beyond the visible part, so that Tab and fast scrolling find them. */
const spare = 6;

/**
 * A list of which only the visible rows are in the document, so that 3,000 stores scroll like ten. Rows have one height. The scroll
 * position stays when the rows are drawn again.
 */
export function VirtualList<T>({
	items,
	rowHeight,
	keyOf,
	label,
	className = "",
	children,
}: {
	items: readonly T[];
	rowHeight: number;
	keyOf(item: T): string;
	label: string;
	className?: string;
	children(item: T): ComponentChildren;
}) {
	const { ref: box, view } = useScrollView<HTMLUListElement>({ top: 0, width: 0, height: 600 });
	const first = Math.max(0, Math.floor(view.top / rowHeight) - spare);
	const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + spare);
	return (
		<ul class={`virtual ${className}`} ref={box} aria-label={label} tabIndex={0} style={{ maxHeight: `${items.length * rowHeight + 2}px` }}>
			{items.slice(first, last).map((item, n) => (
				<li
					key={keyOf(item)}
					aria-setsize={items.length}
					aria-posinset={first + n + 1}
					style={{ top: `${(first + n) * rowHeight}px`, height: `${rowHeight}px` }}
				>
					{children(item)}
				</li>
			))}
			<li class="extent" aria-hidden="true" style={{ top: `${Math.max(0, items.length * rowHeight - 1)}px` }} />
		</ul>
	);
}

/** The height of a row by the width of the window: on a phone it has two lines. */
export function useRowHeight(wide: number, narrow: number): number {
	const media = "(max-width: 700px)";
	const [isNarrow, setNarrow] = useState(() => matchMedia(media).matches);
	useEffect(() => {
		const query = matchMedia(media);
		const look = () => setNarrow(query.matches);
		query.addEventListener("change", look);
		return () => query.removeEventListener("change", look);
	}, []);
	return isNarrow ? narrow : wide;
}
