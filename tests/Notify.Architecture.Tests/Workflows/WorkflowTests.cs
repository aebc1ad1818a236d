using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Architecture.Tests.Workflows;

public sealed partial class WorkflowTests
{
    [Fact]
    public async Task Actionlint_finds_nothing_in_the_workflows() =>
        Assert.Equal("", await Actionlint.CheckAsync((await WorkflowsAsync()).Select(Repository.GetPath)));

    [Theory]
    [InlineData("needs: [test, servers, systems]", "needs: [tests]", "which does not exist")]
    [InlineData("${{ matrix.servers }}", "${{ matrix.engines }}", "property \"engines\" is not defined")]
    [InlineData("timeout-minutes:", "timeout:", "unexpected key \"timeout\"")]
    public async Task Actionlint_finds_what_is_wrong(string right, string wrong, string finding)
    {
        using var folder = new TemporaryFolder();
        var workflow = await File.ReadAllTextAsync(Repository.GetPath(".github/workflows/ci.yml"));
        Assert.Contains(right, workflow, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("ci.yml"), workflow.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(finding, await Actionlint.CheckAsync(folder.File("ci.yml")), StringComparison.Ordinal);
    }

    /// <summary>A tag can be moved to other code; a commit cannot.</summary>
    [Fact]
    public async Task Every_action_is_pinned_to_a_commit()
    {
        var lines = await Task.WhenAll((await WorkflowsAsync()).Select(file => File.ReadAllLinesAsync(Repository.GetPath(file))));
        // A workflow of this repository is that of the same commit.
        var uses = lines
            .SelectMany(file => file)
            .Where(line => line.Contains("uses:", StringComparison.Ordinal))
            .Where(line => !line.Contains("uses: ./.github/workflows/", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(uses);
        Assert.Equal([], uses.Where(line => !Pinned().IsMatch(line)));
    }

    [Fact]
    public async Task Shellcheck_finds_nothing_in_the_scripts()
    {
        var scripts = (await Repository.FilesAsync())
            .Where(file => file.EndsWith(".sh", StringComparison.Ordinal))
            .Append(".ci/run");

        var (exitCode, output, errors) = await Command.TryAsync(Repository.Root, ServerProcess.Find("shellcheck"), scripts);

        Assert.Equal(("", "", 0), (output, errors, exitCode));
    }

    private static async Task<IEnumerable<string>> WorkflowsAsync() =>
        (await Repository.FilesAsync()).Where(file => file.StartsWith(".github/workflows/", StringComparison.Ordinal));

    [GeneratedRegex(@"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();
}
