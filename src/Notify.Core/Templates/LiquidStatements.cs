using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>A statement that takes one step from the budget each time it is executed.</summary>
internal sealed class BoundedStatement(Statement statement) : Statement
{
    public override ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        RenderContext.From(context).Budget.Step();
        return statement.WriteToAsync(writer, encoder, context);
    }
}

/// <summary>
/// A loop that takes the steps for all iterations from the budget before the first one. A range takes its own steps.
/// </summary>
/// <param name="loop">The loop. Its source must be the parsed one, because Fluid identifies <c>offset: continue</c> by its
/// name.</param>
/// <param name="source">The value to iterate over; null for a range.</param>
internal sealed class BoundedLoop(Statement loop, Expression? source) : Statement
{
    public override async ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        var budget = RenderContext.From(context).Budget;
        budget.Step();
        if (source is not null)
        {
            var value = await source.EvaluateAsync(context).ConfigureAwait(false);
            if (value is ArrayValue array)
                budget.Step(array.Values.Count);
            else if (value is DataObject data)
                budget.Step(data.Element.EnumerateObject().Count());
        }

        return await loop.WriteToAsync(writer, encoder, context).ConfigureAwait(false);
    }
}

/// <summary>Writes a value as text, encoded for the kind of text that it is part of.</summary>
internal sealed class BoundedOutput(Expression expression) : Statement
{
    public override async ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        RenderContext.From(context).Budget.Step();
        var value = await expression.EvaluateAsync(context).ConfigureAwait(false);
        if (value is StringValue { Encode: false })
            writer.Write(value.ToStringValue());
        else
            writer.Write(encoder.Encode(Text.Show(value)));
        return Completion.Normal;
    }
}

/// <summary>Captures the text of a block in a variable. The text is already encoded, so it is not encoded again.</summary>
internal sealed class BoundedCapture(string name, IReadOnlyList<Statement> statements) : Statement
{
    public override async ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        var budget = RenderContext.From(context).Budget;
        budget.Step();
        using var captured = new BoundedWriter(budget);
        var completion = Completion.Normal;
        for (var i = 0; i < statements.Count && completion == Completion.Normal; i++)
            completion = await statements[i].WriteToAsync(captured, encoder, context).ConfigureAwait(false);
        context.SetValue(name, new StringValue(captured.ToString(), encode: false));
        return completion;
    }
}
