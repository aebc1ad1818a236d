using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>Runs the scripts of the pipeline against a host, with a Helm that only notes its calls.</summary>
public sealed partial class PipelineTests(PipelineHost host) : IClassFixture<PipelineHost>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string HelmCalls => File.ReadAllText(_folder.File("calls"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_smoke_test_passes_and_a_deployment_is_kept()
    {
        await WriteHelmAsync("exit 0");

        var (exitCode, output, errors) = await RunAsync("deploy.sh", ["shop", host.Address, "--values", "values-staging.yaml"]);

        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("ok: a repeated call is recognized\nok: it is sent\nDeployed.", output, StringComparison.Ordinal);
        Assert.Contains(
            "--wait --wait-for-jobs --timeout 15m --values values-staging.yaml\n",
            HelmCalls,
            StringComparison.Ordinal
        );
        Assert.Contains("test shop\n", HelmCalls, StringComparison.Ordinal);
        Assert.DoesNotContain("rollback", HelmCalls, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0", "http://127.0.0.1:1")]
    [InlineData("[ \"$1\" != test ]", null)]
    [InlineData("[ \"$1\" != upgrade ]", null)]
    public async Task A_deployment_that_fails_is_rolled_back_to_the_revision_that_worked(string helm, string? address)
    {
        await WriteHelmAsync(helm);

        var (exitCode, output, errors) = await RunAsync("deploy.sh", ["shop", address ?? host.Address]);

        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED. Returning to revision 6.", errors, StringComparison.Ordinal);
        Assert.Contains("rollback shop 6 --wait --timeout 15m\n", HelmCalls, StringComparison.Ordinal);
        // The earlier revision is tested as well.
        Assert.Equal(address is null, output.Contains("Rolled back to revision 6.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_integration_and_the_performance_test_pass()
    {
        var integration = await RunAsync("integration-test.sh", [host.Address]);
        Assert.True(integration.ExitCode == 0, $"{integration}");
        Assert.Contains("ok: a delivery to retry@notify.test ends as sent", integration.Output, StringComparison.Ordinal);

        var performance = await RunAsync("performance-test.sh", [host.Address], ("COUNT", "200"));
        Assert.True(performance.ExitCode == 0, $"{performance}");
        Assert.StartsWith("{\"count\":200,", performance.Output.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_fails_the_smoke_test()
    {
        var (exitCode, _, errors) = await RunAsync("smoke-test.sh", [host.Address], ("NOTIFY_KEY", "wrong"), ("TIMEOUT", "1"));

        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED: the installation is ready, after 1 seconds.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_commit_goes_through_the_environments_in_the_order_of_the_architecture()
    {
        string[] expected =
        [
            "images",
            "development",
            "integration-tests",
            "testing",
            "acceptance",
            "staging",
            "performance-tests",
            "production",
        ];
        var jobs = Yaml.Read(File.ReadAllText(ComposeFile.GetPath(".github/workflows/deliver.yml"))).Single().At("jobs")!;

        Assert.Equal(expected, jobs.AsObject().Select(job => job.Key));
        Assert.All(expected.Zip(expected[1..]), pair =>
            Assert.Contains(pair.First, $"{jobs.At(pair.Second, "needs")?.ToJsonString()}", StringComparison.Ordinal)
        );
        foreach (var environment in new[] { "development", "testing", "staging", "production" })
        {
            Assert.Equal("./.github/workflows/deploy.yml", jobs.Text(environment, "uses"));
            Assert.Equal(environment, jobs.Text(environment, "with", "environment"));
            Assert.True(File.Exists(ComposeFile.GetPath($"samples/helm/notify/values-{environment}.yaml")), environment);
        }

        var workflows = Directory.EnumerateFiles(ComposeFile.GetPath(".github/workflows")).Select(File.ReadAllText);
        var scripts = workflows.SelectMany(text => Script().Matches(text)).Select(match => match.Value).ToHashSet();
        Assert.Equal(3, scripts.Count);
        Assert.All(scripts, script => Assert.True(File.Exists(ComposeFile.GetPath(script)), script));
    }

    /// <summary>Writes a program that notes its arguments, lists revision 6 as deployed, and then runs a command.</summary>
    private async Task WriteHelmAsync(string command)
    {
        var history = "5\t2026\tsuperseded\tnotify\\n6\t2026\tdeployed\tnotify\\n7\t2026\tfailed\tnotify\\n";
        await File.WriteAllTextAsync(
            _folder.File("helm"),
            $"#!/bin/sh\necho \"$*\" >>'{_folder.File("calls")}'\n[ \"$1\" != history ] || printf '{history}'\n{command}\n"
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.File("helm"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"eng/deploy/[a-z-]+\.sh")]
    private static partial Regex Script();

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string script,
        string[] arguments,
        params (string Name, string Value)[] environment
    )
    {
        var variables = new Dictionary<string, string?>
        {
            ["NOTIFY_KEY"] = host.TestKey,
            ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TIMEOUT"] = arguments.Contains("http://127.0.0.1:1") ? "1" : "60",
        };
        foreach (var (name, value) in environment)
            variables[name] = value;
        return Command.TryAsync(_folder.Path, ComposeFile.GetPath($"eng/deploy/{script}"), arguments, variables);
    }
}

/// <summary>A host in all roles, and a test key for it.</summary>
public sealed class PipelineHost : IAsyncLifetime
{
    private const string ApiKey = "a-key-of-the-api";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess _process = null!;

    public string Address { get; private set; } = null!;

    public string TestKey { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var (process, client) = await SampleProcess.StartHostAsync(
            _folder.Path,
            new() { ["Notify__ApiKey"] = ApiKey, ["Notify__Channels__email__Retry__Delay"] = "00:00:00.1" },
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        (_process, Address) = (process, client.BaseAddress!.ToString().TrimEnd('/'));
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        var draft = new
        {
            name = "pipeline",
            kind = "test",
            scopes = new[] { "send", "read" },
        };
        using var created = await client.PostAsJsonAsync("/v1/api-keys", draft);
        TestKey = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
