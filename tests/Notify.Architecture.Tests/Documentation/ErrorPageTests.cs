using System.Reflection;
using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>The page of errors lists exactly the codes that programs can depend on, and each error response has one.</summary>
public sealed partial class ErrorPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.GetPath("docs/reference/errors.md"));

    [Fact]
    public void The_page_has_one_anchor_per_problem() =>
        Assert.Equal(
            FindConstants(typeof(ProblemCodes)),
            Heading().Matches(Page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_page_has_one_row_per_code_of_a_field() =>
        Assert.Equal(
            FindConstants(typeof(FieldErrorCodes)),
            Row().Matches(Page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Codes_are_short_and_in_snake_case() =>
        Assert.All([.. FindConstants(typeof(ProblemCodes)), .. FindConstants(typeof(FieldErrorCodes))], code =>
            Assert.Matches("^[a-z]+(_[a-z]+){0,3}$", code)
        );

    [Fact]
    public async Task Problems_are_created_in_one_place_which_gives_them_a_code()
    {
        var files = (await Repository.FilesAsync())
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            // The dashboard answers people, who get pages.
            .Where(file => !file.StartsWith("src/Notify.Dashboard/", StringComparison.Ordinal))
            .ToList();
        Assert.True(files.Count > 500, $"Only {files.Count} files were found.");

        var creators = files.Where(file => Creation().IsMatch(File.ReadAllText(Repository.GetPath(file))));

        Assert.Equal(["src/Notify.Hosting/Problems/ProblemResult.cs"], creators);
    }

    private static IEnumerable<string> FindConstants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal);

    [GeneratedRegex("^### ([a-z0-9_]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^\\| <a id=\"field-([a-z_]+)\"></a>", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(
        @"Results\.(Problem|ValidationProblem|NotFound|BadRequest|Unauthorized|Forbid|Conflict)\("
            + @"|Results\.StatusCode\((?!StatusCodes\.Status304NotModified)|new ProblemDetails\b"
    )]
    private static partial Regex Creation();
}
