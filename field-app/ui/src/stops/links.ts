// Where a link leads that another app opens.

/** What is known of a site: `map_point` is in GCJ-02, which map apps in China take a link's coordinates for. */
export type Site = { readonly map_point: string | null; readonly name: string; readonly address: string };

const text = (words: string): string => encodeURIComponent(words).replaceAll("(", "%28").replaceAll(")", "%29");

/** The way there in the phone's own choice of map app: by the point, else by the address; undefined when neither is known. */
export function navigationLink({ map_point, name, address }: Site, isApple: boolean): string | undefined {
  if (map_point !== null) return isApple ? `maps:?daddr=${map_point}` : `geo:${map_point}?q=${map_point}(${text(name)})`;
  if (address === "") return undefined;
  return isApple ? `maps:?daddr=${text(address)}` : `geo:0,0?q=${text(address)}`;
}
