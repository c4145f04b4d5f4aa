import { defineConfig } from "vite";

/**
 * GraphiQL brings its fonts as base64 inside its stylesheet, for every script there is, half a megabyte. Those of Latin text stay; the
 * others are the system's to draw.
 */
const latinFonts = {
  name: "latin-fonts",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("graphiql/dist/style.css")) return undefined;
    return code.replace(/@font-face\s*\{[^}]*\}/g, (face) => {
      const isSubset = face.includes("unicode-range");
      return isSubset && !/unicode-range:\s*U\+0000-00FF/i.test(face) ? "" : face;
    });
  },
};

export default defineConfig({
  // Where the server has the files: src/server/playground/playground.ts.
  base: "/graphql/assets/",
  publicDir: false,
  logLevel: "warn",
  plugins: [latinFonts],
  worker: { format: "es" },
  build: {
    outDir: "dist",
    // One flat folder: the server looks files up by name.
    assetsDir: "",
    // Nothing of ours inline: the policy of the page has no room for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 5000,
    license: { fileName: "licenses.txt" },
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" is for server components; there are none.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
