using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Packages;

/// <summary>
/// Tests the first steps of a new user: installing the packages into a new project and pasting the code of README.md.
/// </summary>
public sealed partial class ReadmeTests(PackedPackages packed)
{
    private static readonly string Page = Repository.GetPath("README.md");

    [Fact]
    public async Task The_code_for_a_web_application_sends_a_message_to_the_sandbox()
    {
        const string heading = "### In a web application";
        using var shop = await CreateAsync(heading);
        var port = FreePort.Next();
        await using var server = ServerProcess.Start(
            "dotnet",
            [shop.Program, "--urls", $"http://127.0.0.1:{port}"],
            folder: shop.Folder
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Eventually.TrueAsync(() => IsListeningAsync(client, server), "the web application to listen");

        var order = Order().Match(string.Concat(Readme.ReadBlocks(Page, "sh", heading)));
        using var answer = await client.PostAsync(new Uri(order.Groups[1].Value, UriKind.Relative), null);

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync("/notify/v1/sandbox/messages")).Contains("Order 42 is on its way."),
            "the message in the sandbox"
        );
    }

    [Fact]
    public void The_code_for_a_web_application_has_ten_lines()
    {
        var code = Assert.Single(Readme.ReadBlocks(Page, "csharp", "### In a web application"));

        Assert.Equal(10, code.Split('\n').Count(line => line.Trim().Length > 0));
    }

    [Fact]
    public async Task The_code_for_a_console_application_sends_a_message_to_the_sandbox()
    {
        using var shop = await CreateAsync("### In a console application");

        var output = await PackedPackages.RunDotNetAsync(shop.Folder, shop.Program);

        Assert.Contains("email to ada@example.org: Hello", output, StringComparison.Ordinal);
    }

    private async Task<Consumer> CreateAsync(string heading)
    {
        var commands = string.Concat(Readme.ReadBlocks(Page, "sh", heading));
        var shop = await Consumer.CreateAsync(
            New().Match(commands).Groups[1].Value,
            packed,
            Add().Matches(commands).Select(match => match.Groups[1].Value)
        );
        await shop.WriteAsync("Program.cs", Assert.Single(Readme.ReadBlocks(Page, "csharp", heading)));
        await shop.BuildAsync();
        return shop;
    }

    private static async Task<bool> IsListeningAsync(HttpClient client, ServerProcess server)
    {
        if (server.HasExited)
            throw new InvalidOperationException($"The web application ended: {server.Output}");

        try
        {
            using var _ = await client.GetAsync(new Uri("/", UriKind.Relative));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^dotnet new (\w+) ", RegexOptions.Multiline)]
    private static partial Regex New();

    [GeneratedRegex(@"^dotnet add package ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Add();

    [GeneratedRegex(@"^curl -X POST http://[^/]+(/\S+)$", RegexOptions.Multiline)]
    private static partial Regex Order();
}
