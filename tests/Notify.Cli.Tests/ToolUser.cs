using System.Reflection;
using System.Text;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>Somebody who runs the tool, with a folder for configuration and files.</summary>
public sealed class ToolUser(string? address, string? key, string tenant) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Gets the path of the tool.</summary>
    public static string Program { get; } =
        typeof(ToolUser).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Tool").Value!;

    public string Tenant => tenant;

    /// <summary>Gets the variables of the environment.</summary>
    public Dictionary<string, string> Variables { get; } =
        new Dictionary<string, string?> { ["NOTIFY_ADDRESS"] = address, ["NOTIFY_API_KEY"] = key }
            .Where(variable => variable.Value is not null)
            .ToDictionary(variable => variable.Key, variable => variable.Value!);

    /// <summary>Gets the folder.</summary>
    public string Folder => _folder.Path;

    public string ProfileFile => Path.Combine(Folder, "notify", "profiles.json");

    public string File(string name) => _folder.File(name);

    public async Task<string> WriteAsync(string name, params string[] lines)
    {
        await System.IO.File.WriteAllTextAsync(File(name), string.Join('\n', lines) + "\n");
        return File(name);
    }

    /// <summary>Runs the tool.</summary>
    public Task<ToolResult> RunAsync(params string[] args) => RunAsync(args, "", CancellationToken.None);

    public async Task<ToolResult> RunAsync(string[] args, string input, CancellationToken cancellationToken)
    {
        await using var output = new CapturedText();
        await using var error = new CapturedText();
        return new ToolResult(await RunAsync(args, input, output, error, cancellationToken), $"{output}", $"{error}");
    }

    public async Task<int> RunAsync(
        string[] args,
        string input,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken
    )
    {
        var environment = new ToolEnvironment
        {
            Output = output,
            Error = error,
            Input = new StringReader(input),
            FindVariable = Variables.GetValueOrDefault,
            ConfigurationFolder = Folder,
        };
        string[] all = tenant == Trigger.DefaultTenant ? args : [.. args, "--tenant", tenant];
        return await Tool.RunAsync(all, environment, cancellationToken);
    }

    /// <summary>Starts the tool as a process.</summary>
    public ServerProcess Start(params string[] args) =>
        ServerProcess.Start(
            "dotnet",
            ["exec", Program, .. args, "--tenant", tenant],
            new Dictionary<string, string>(Variables) { ["XDG_CONFIG_HOME"] = Folder }
        );

    public void Dispose() => _folder.Dispose();
}

/// <summary>What the tool wrote.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Returns the JSON of the output, which must be one line.</summary>
    public JsonElement Json => Parse(Output);

    /// <summary>Returns the JSON of the error, which must be one line.</summary>
    public JsonElement ErrorJson => Parse(Error);

    /// <summary>Fails with everything that the tool wrote if the exit code is another one.</summary>
    public ToolResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}: {Output}{Error}");
        return this;
    }

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        return document.RootElement.Clone();
    }
}

/// <summary>A text that can be read while the tool writes it.</summary>
public sealed class CapturedText : TextWriter
{
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (_lock)
            _text.Append(value);
    }

    public override string ToString()
    {
        lock (_lock)
            return _text.ToString();
    }
}
