using Notify.TestSupport;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>
/// The OpenAPI document conforms to OpenAPI 3.1, and a generator creates types from it that the TypeScript compiler accepts. The
/// programs come from npm and are installed once.
/// </summary>
public sealed class OpenApiTests
{
    private static readonly string Document = Repository.GetPath("docs/reference/openapi.json");
    private static readonly string Folder = Repository.GetPath("tests/Notify.Architecture.Tests/Documentation/openapi");
    private static readonly string Modules = Path.Combine(Folder, "node_modules");

    [Fact]
    public async Task The_document_is_valid_and_gives_types_that_compile()
    {
        await Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        using var folder = new TemporaryFolder();
        var types = folder.File("api.ts");
        var client = folder.File("client.ts");
        await File.WriteAllTextAsync(
            client,
            """
            import type { components, operations } from "./api";
            export const trigger: components["schemas"]["Trigger"] = {
              to: [{ user: "ada" }, { email: "grace@example.com" }],
              content: { title: "Your order has shipped" },
            };
            export type Accepted = operations["triggerNotification"]["responses"][202]["content"]["application/json"];
            export const id = (accepted: Accepted): string => accepted.id;
            """
        );

        await RunAsync(Path.Combine(Folder, "validate.mjs"), Document);
        await RunAsync(Path.Combine(Modules, "openapi-typescript/bin/cli.js"), Document, "--output", types);
        await RunAsync(Path.Combine(Modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", client);
    }

    private static Task RunAsync(params string[] arguments) => Command.RunAsync(Folder, ServerProcess.Find("node"), arguments);
}
