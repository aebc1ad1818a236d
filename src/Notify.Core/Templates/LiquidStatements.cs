using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>A statement that takes a step each time it is reached.</summary>
internal sealed class BoundedStatement(Statement statement) : Statement
{
    public override ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        RenderContext.From(context).Budget.Step();
        return statement.WriteToAsync(writer, encoder, context);
    }
}

/// <summary>A loop, whose turns are paid for before the first one. A range pays for itself.</summary>
/// <param name="loop">The loop. Fluid must find its source as it was parsed, because <c>offset: continue</c> goes by its
/// name.</param>
/// <param name="source">What it goes through; null for a range.</param>
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

/// <summary>Shows a value: a text encoded for where it goes, everything else as JSON writes it.</summary>
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

/// <summary>Collects a block's text in a variable. It is encoded already, and not once more when it is shown.</summary>
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
