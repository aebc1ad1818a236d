using System.Reflection;
using System.Text.RegularExpressions;

namespace Notify.Testing.Tests;

/// <summary>The code of docs/how-to/test-an-application.md is the code of the tests.</summary>
public sealed partial class PageTests
{
    private static readonly string Root = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot")
        .Value!;

    public static string Page { get; } = File.ReadAllText(Path.Combine(Root, "docs/how-to/test-an-application.md"));

    [Fact]
    public void Every_example_of_the_page_is_tested()
    {
        var tested = Unindent(File.ReadAllText(Path.Combine(Root, "tests/Notify.Testing.Tests/ExampleTests.cs")));
        var examples = Example().Matches(Page).Select(match => Unindent(match.Groups[1].Value)).ToList();

        Assert.Equal(6, examples.Count);
        Assert.All(examples, example => Assert.Contains(example, tested, StringComparison.Ordinal));
    }

    private static string Unindent(string code) => Indentation().Replace(code, "");

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^ +", RegexOptions.Multiline)]
    private static partial Regex Indentation();
}
