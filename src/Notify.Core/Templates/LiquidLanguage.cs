using Fluid;
using Fluid.Ast;
using Fluid.Parser;
using Parlot;
using Parlot.Fluent;

namespace Notify.Core.Templates;

/// <summary>
/// Liquid as Notify supports it. The grammar is Fluid's. Its recursive rules are wrapped, so that nesting is limited before the
/// parser descends, positions are kept, unknown filters are errors, and the parsed template stays within a budget when it is
/// rendered.
/// </summary>
internal sealed class LiquidLanguage : FluidParser
{
    /// <summary>The maximum number of filters in a chain, and of conditions that <c>and</c> and <c>or</c> join.</summary>
    public const int MaxChain = 100;

    /// <summary>
    /// The tags that include other templates with all variables, define macros, or have a second syntax. Only <c>render</c>
    /// reaches another template.
    /// </summary>
    private static readonly string[] Removed = ["include", "liquid", "ifchanged", "macro", "from"];

    private LiquidLanguage()
    {
        foreach (var tag in Removed)
            RegisteredTags.Remove(tag);
        foreach (var (name, create) in RegisteredOperators.ToArray())
            RegisteredOperators[name] = (left, right) => new Comparison(left, right, create);

        Primary.Parser = new BoundedRule<Expression>(Primary.Parser!, LiquidRewriter.RewritePrimary);
        FilterExpression.Parser = new BoundedRule<Expression>(FilterExpression.Parser!, LiquidRewriter.RewriteFilters);
        AnyTagsList.Parser = new BoundedRule<IReadOnlyList<Statement>>(AnyTagsList.Parser!, LiquidRewriter.RewriteStatements);
        KnownTagsList.Parser = new BoundedRule<IReadOnlyList<Statement>>(KnownTagsList.Parser!, LiquidRewriter.RewriteStatements);
        Grammar = KnownTagsList;
    }

    public static LiquidLanguage Instance { get; } = new();

    /// <summary>Gets the options that all templates share.</summary>
    public static TemplateOptions Options { get; } = LiquidFilters.CreateOptions();

    /// <summary>Parses a text, or returns null and the reason.</summary>
    public ParsedText? Parse(string source, int maxNesting, out SourceError error)
    {
        var context = new LiquidParseContext(source, maxNesting);
        try
        {
            if (Grammar.TryParse(context, out var statements, out var failure) && context.Scanner.Cursor.Eof)
            {
                error = default;
                return new ParsedText(
                    new FluidTemplate(statements),
                    context.ShowsDates,
                    context.UsesRecipient,
                    [.. context.Parts.Distinct(StringComparer.Ordinal)]
                );
            }

            error = new SourceError(Describe(failure?.Message), failure?.Position ?? context.Scanner.Cursor.Position);
        }
        catch (Fluid.ParseException exception)
        {
            error = new SourceError(Describe(exception.Message), context.Scanner.Cursor.Position);
        }
        catch (Exception exception) when (exception is OverflowException or FormatException or ArgumentException)
        {
            // A literal is out of the range of numbers.
            error = new SourceError(Describe(null), context.Scanner.Cursor.Position);
        }

        return null;
    }

    // Some of Fluid's messages end with the position, which the caller adds to all of them.
    private static string Describe(string? message)
    {
        if (string.IsNullOrEmpty(message))
            return "This is not valid Liquid.";

        var end = message.LastIndexOf(" at (", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.') + ".";
    }
}

/// <summary>A parsed text.</summary>
/// <param name="Source">The text.</param>
/// <param name="ShowsDates">Whether it shows dates, which depend on the recipient's time zone.</param>
/// <param name="UsesRecipient">Whether it uses <c>recipient</c>, so that it must be rendered for each recipient.</param>
/// <param name="Parts">The names of the templates that it renders.</param>
internal sealed record ParsedText(FluidTemplate Source, bool ShowsDates, bool UsesRecipient, IReadOnlyList<string> Parts);

/// <summary>An error in a text, with its position.</summary>
internal readonly record struct SourceError(string Message, TextPosition Position)
{
    public override string ToString() => $"Line {Position.Line}, column {Position.Column}: {Message}";
}

/// <summary>The state of the parser, including the current depth of each recursive rule.</summary>
internal sealed class LiquidParseContext(string source, int maxNesting) : FluidParseContext(source)
{
    public int MaxNesting { get; } = maxNesting;

    /// <summary>Gets or sets whether a filter shows dates, so that the text depends on the recipient's time zone.</summary>
    public bool ShowsDates { get; set; }

    /// <summary>Gets or sets whether an expression begins with <c>recipient</c>.</summary>
    public bool UsesRecipient { get; set; }

    /// <summary>Gets the names of the templates that the text renders.</summary>
    public List<string> Parts { get; } = [];

    public Dictionary<object, int> Depths { get; } = [];
}

/// <summary>A recursive rule of the grammar with a limited depth, whose result is rewritten.</summary>
internal sealed class BoundedRule<T>(Parser<T> rule, Func<T, TextPosition, ParseContext, T> rewrite) : Parser<T>
{
    public override bool Parse(ParseContext context, ref ParseResult<T> result)
    {
        var liquid = (LiquidParseContext)context;
        liquid.Depths.TryGetValue(this, out var depth);
        if (depth >= liquid.MaxNesting)
        {
            throw new Parlot.ParseException(
                $"Blocks or expressions are nested more than {liquid.MaxNesting} levels deep.",
                context.Scanner.Cursor.Position
            );
        }

        liquid.Depths[this] = depth + 1;
        var position = SkipSpace(context.Scanner.Cursor.Position, context.Scanner.Buffer);
        var parsed = rule.Parse(context, ref result);
        liquid.Depths[this] = depth;
        if (parsed)
            result.Set(result.Start, result.End, rewrite(result.Value, position, context));
        return parsed;
    }

    private static TextPosition SkipSpace(TextPosition position, string source)
    {
        var (offset, line, column) = (position.Offset, position.Line, position.Column);
        for (; offset < source.Length && char.IsWhiteSpace(source[offset]); offset++)
            (line, column) = source[offset] == '\n' ? (line + 1, 1) : (line, column + 1);
        return new TextPosition(offset, line, column);
    }
}
