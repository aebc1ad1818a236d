using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>
/// <c>{% render 'name' %}</c>: renders the text of another template in its place. It sees the data and the values that it is
/// given, but not the variables of the text around it.
/// </summary>
internal sealed class PartialStatement(RenderStatement parsed) : Statement
{
    public override async ValueTask<Completion> WriteToAsync(TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        var outer = RenderContext.From(context);
        outer.Budget.Step();
        var given = new List<(string Name, FluidValue Value)>();
        foreach (var assigned in parsed.AssignStatements)
            given.Add((assigned.Identifier, await assigned.Value.EvaluateAsync(context).ConfigureAwait(false)));
        var alias = parsed.Alias ?? parsed.Path;
        if (parsed.With is { } with)
            given.Add((alias, await with.EvaluateAsync(context).ConfigureAwait(false)));
        if (parsed.For is not { } loop)
            return await RenderAsync(writer, encoder, outer, given).ConfigureAwait(false);

        var items = (await loop.EvaluateAsync(context).ConfigureAwait(false)).Enumerate(context).ToArray();
        RenderBudget.CheckCount(items.Length);
        outer.Budget.Step(items.Length);
        foreach (var item in items)
            await RenderAsync(writer, encoder, outer, [.. given, (alias, item)]).ConfigureAwait(false);
        return Completion.Normal;
    }

    private async ValueTask<Completion> RenderAsync(
        TextWriter writer,
        TextEncoder encoder,
        RenderContext outer,
        List<(string Name, FluidValue Value)> given
    )
    {
        var inner = new RenderContext(outer, parsed.Path);
        foreach (var (name, value) in given)
            inner.SetValue(name, value);
        try
        {
            await outer.Parts[parsed.Path].Source.RenderAsync(writer, encoder, inner).ConfigureAwait(false);
        }
        catch (RenderException exception)
        {
            throw inner.Describe(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not OutOfMemoryException)
        {
            // Fluid's messages may contain data.
            throw inner.Describe("The template cannot be rendered with this data.");
        }

        return Completion.Normal;
    }
}
