using Fluid.Ast;
using Fluid.Ast.BinaryExpressions;
using Parlot;
using Parlot.Fluent;

namespace Notify.Core.Templates;

/// <summary>Replaces parsed expressions and statements by ones that stay within a budget.</summary>
internal static class LiquidRewriter
{
    public static Expression RewritePrimary(Expression expression, TextPosition position, ParseContext context)
    {
        FindRecipient(expression, context);
        return expression switch
        {
            // Fluid recognizes "offset: continue" by the type of its expression, so it must not be wrapped.
            MemberExpression { Segments: [IdentifierSegment { Identifier: "continue" }] } => expression,
            MemberExpression => new Located(expression, position),
            RangeExpression range => new BoundedRange(range.From, range.To),
            _ => expression,
        };
    }

    public static Expression RewriteFilters(Expression expression, TextPosition position, ParseContext context)
    {
        var filters = new Stack<FilterExpression>();
        var input = expression;
        for (; input is FilterExpression filter; input = filter.Input)
            filters.Push(filter);
        if (filters.Count > LiquidLanguage.MaxChain)
            throw new ParseException($"More than {LiquidLanguage.MaxChain} filters are chained.", position);
        foreach (var filter in filters)
        {
            if (!LiquidLanguage.Options.Filters.TryGetValue(filter.Name, out _))
                throw new ParseException($"There is no filter '{filter.Name}'.", FindPosition(filter.Name, position, context));
            if (DateFilters.Names.Contains(filter.Name))
                ((LiquidParseContext)context).ShowsDates = true;
        }

        var rewritten = RewriteConditions(input, position);
        if (ReferenceEquals(rewritten, input))
            return expression;
        foreach (var filter in filters)
            rewritten = new FilterExpression(rewritten, filter.Name, filter.Parameters);
        return rewritten;
    }

    public static IReadOnlyList<Statement> RewriteStatements(
        IReadOnlyList<Statement> statements,
        TextPosition position,
        ParseContext context
    )
    {
        // Fluid parses the source of a loop without the rule for other expressions.
        foreach (var statement in statements)
        {
            FindRecipient(statement, context);
            if (statement is RenderStatement part)
                ((LiquidParseContext)context).Parts.Add(part.Path);
        }

        return [.. statements.Select(statement => RewriteStatement(statement, position))];
    }

    private static void FindRecipient(Statement statement, ParseContext context)
    {
        ReadOnlySpan<Expression?> parts = statement switch
        {
            ForStatement loop => [loop.Source, loop.Limit, loop.Offset],
            TableRowStatement row => [row.Source, row.Limit, row.Offset, row.Cols],
            RenderStatement part => [part.With, part.For, .. part.AssignStatements.Select(assigned => assigned.Value)],
            _ => [],
        };
        foreach (var part in parts)
        {
            FindRecipient(part, context);
            if (part is not RangeExpression range)
                continue;
            FindRecipient(range.From, context);
            FindRecipient(range.To, context);
        }
    }

    // A local variable with this name also counts. Such a template is rendered more often than needed, with the same result.
    private static void FindRecipient(Expression? expression, ParseContext context)
    {
        if (expression is MemberExpression { Segments: [IdentifierSegment { Identifier: RecipientModel.Variable }, ..] })
            ((LiquidParseContext)context).UsesRecipient = true;
    }

    private static Statement RewriteStatement(Statement statement, TextPosition position) =>
        statement switch
        {
            // The parser may still trim this text when it sees what follows, so it must not be wrapped. The writer counts its
            // length.
            TextSpanStatement => statement,
            RenderStatement part => new PartialStatement(part),
            OutputStatement output => new BoundedOutput(output.Expression),
            CaptureStatement capture => new BoundedCapture(capture.Identifier, capture.Statements),
            ForStatement loop => new BoundedLoop(
                loop.Source is RangeExpression range
                    ? new ForStatement(
                        loop.Statements,
                        loop.Identifier,
                        new BoundedRange(range.From, range.To),
                        loop.Limit,
                        loop.Offset,
                        loop.Reversed,
                        loop.Else
                    )
                    : loop,
                loop.Source as MemberExpression
            ),
            TableRowStatement row => new BoundedLoop(
                row.Source is RangeExpression range
                    ? new TableRowStatement(
                        row.Statements,
                        row.Identifier,
                        new BoundedRange(range.From, range.To),
                        row.Limit,
                        row.Offset,
                        row.Cols
                    )
                    : row,
                row.Source as MemberExpression
            ),
            CycleStatement cycle => new BoundedStatement(
                new CycleStatement(cycle.Group, [.. cycle.Values.Select(value => new Text(value))])
            ),
            CaseStatement choice => new BoundedStatement(
                new CaseStatement(new Required(choice.Expression), choice.Else, [.. choice.Whens])
            ),
            IfStatement test => new BoundedStatement(
                new IfStatement(
                    RewriteConditions(test.Condition, position),
                    test.Statements,
                    test.Else,
                    [
                        .. test.ElseIfs.Select(other => new ElseIfStatement(
                            RewriteConditions(other.Condition, position),
                            other.Statements
                        )),
                    ]
                )
            ),
            UnlessStatement test => new BoundedStatement(
                new UnlessStatement(RewriteConditions(test.Condition, position), test.Statements, test.Else)
            ),
            _ => new BoundedStatement(statement),
        };

    // "a and b or c" is a list whose tail is nested: and(a, or(b, c)).
    private static Expression RewriteConditions(Expression expression, TextPosition position)
    {
        var tests = new Stack<(Expression Left, bool IsAnd)>();
        var last = expression;
        while (last is AndBinaryExpression or OrBinaryExpression)
        {
            var test = (BinaryExpression)last;
            tests.Push((test.Left, last is AndBinaryExpression));
            last = test.Right;
        }

        if (tests.Count > LiquidLanguage.MaxChain)
            throw new ParseException($"'and' and 'or' join more than {LiquidLanguage.MaxChain} conditions.", position);
        foreach (var (left, isAnd) in tests)
            last = new Condition(left, last, isAnd);
        return last;
    }

    private static TextPosition FindPosition(string filter, TextPosition from, ParseContext context)
    {
        var source = context.Scanner.Buffer;
        var offset = source.IndexOf('|', from.Offset);
        offset = offset < 0 ? -1 : source.IndexOf(filter, offset, StringComparison.Ordinal);
        if (offset < 0)
            return from;

        var (line, column) = (from.Line, from.Column);
        foreach (var character in source.AsSpan(from.Offset, offset - from.Offset))
            (line, column) = character == '\n' ? (line + 1, 1) : (line, column + 1);
        return new TextPosition(offset, line, column);
    }
}
