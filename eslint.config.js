// One flat configuration over TypeScript and AssemblyScript. AssemblyScript is linted by its syntax only:
// its types (i32, usize, …) are not TypeScript's, so no type-aware rule can run on it.
import tseslint from "typescript-eslint";

const sizes = {
  "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
  "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ["error", 20],
};

export default tseslint.config(
  {
    ignores: [
      "build/",
      "dist/",
      ".cache/",
      "node_modules/",
      "assembly/core/generated/",
      "bench/record/",
      "test/golden/",
      "assembly/proxy/raw-imports.ts",
    ],
  },
  {
    files: ["scripts/**/*.ts", "test/**/*.ts", "bench/**/*.ts"],
    ignores: ["test/unit/**", "test/host/guest/**", "bench/noop/**"],
    extends: [tseslint.configs.recommended],
    rules: {
      ...sizes,
      "no-console": "off",
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: ["assembly/**/*.ts", "test/unit/**/*.ts", "test/host/guest/**/*.ts", "bench/noop/**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    rules: {
      ...sizes,
      "no-dupe-keys": "error",
      "no-unreachable": "error",
      "no-constant-condition": ["error", { checkLoops: false }],
    },
  },
  {
    files: ["assembly/core/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ThrowStatement", message: "A throw is a dead VM: return a status." },
        {
          selector: "CallExpression[callee.name='assert']",
          message: "An assert is a dead VM: return a status.",
        },
      ],
    },
  },
  { files: ["test/unit/**/*.ts"], rules: { "max-lines-per-function": "off", "max-lines": "off" } },
);
