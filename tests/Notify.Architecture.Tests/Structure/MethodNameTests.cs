using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Structure;

/// <summary>
/// Methods are named by verbs: <c>GetRoute</c> and not <c>RouteOf</c>. This finds the names that end in "Of", except those that
/// .NET and other libraries chose.
/// </summary>
public sealed partial class MethodNameTests
{
    // String, List and Span; FsCheck's generator of arrays.
    private static readonly string[] LibraryNames = ["IndexOf", "LastIndexOf", "ArrayOf"];

    [Fact]
    public async Task No_method_of_the_packages_has_a_name_that_ends_in_Of()
    {
        var files = (await Repository.FilesAsync())
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .ToList();

        Assert.True(files.Count > 500, $"Only {files.Count} files were found.");
        Assert.Equal([], files.SelectMany(file => FindNames(file, File.ReadLines(Repository.GetPath(file)))));
    }

    [Theory]
    [InlineData("private static Route RouteOf(Delivery delivery) =>", "RouteOf")]
    [InlineData("public static Channel Of(string name) =>", "Of")]
    [InlineData("public static Shares SharesOf<T>(T owner) =>", "SharesOf")]
    [InlineData("var first = text.IndexOf('a') + KeysOf<string, int>(map);", "KeysOf")]
    public void A_name_that_ends_in_Of_is_reported_with_its_place(string line, string name) =>
        Assert.Equal([$"src/A.cs:2: {name}"], FindNames("src/A.cs", ["", line]));

    [Theory]
    [InlineData("var place = text.IndexOf('a') + text.LastIndexOf('b');")]
    [InlineData("throw new ArgumentException(nameof(value) + typeof(int) + sizeof(int));")]
    [InlineData("JsonField.OneOfMany(proof, roof(x));")]
    public void Other_names_are_not_reported(string line) => Assert.Empty(FindNames("src/A.cs", [line]));

    private static IEnumerable<string> FindNames(string file, IEnumerable<string> lines) =>
        from line in lines.Select((text, index) => (Text: text, Number: index + 1))
        from Match match in Name().Matches(line.Text)
        let name = match.Groups[1].Value
        where !LibraryNames.Contains(name)
        select $"{file}:{line.Number}: {name}";

    [GeneratedRegex(@"\b((?:[A-Z]\w*)?Of(?:Async)?)(?:<[^<>()]*>)?\(")]
    private static partial Regex Name();
}
