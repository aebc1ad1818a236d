using Fluid;
using Fluid.Ast;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>A variable with its position in the source.</summary>
internal sealed class Located(Expression expression, TextPosition position) : Expression
{
    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var rendering = RenderContext.From(context);
        rendering.Budget.Step();
        rendering.Position = position;
        var value = await expression.EvaluateAsync(context).ConfigureAwait(false);
        if (value is MissingValue missing)
            missing.Position ??= position;
        return value;
    }
}

/// <summary>A range that takes the steps for its numbers from the budget before it creates them.</summary>
internal sealed class BoundedRange(Expression from, Expression to) : Expression
{
    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var first = decimal.Truncate((await from.EvaluateAsync(context).ConfigureAwait(false)).ToNumberValue());
        var last = decimal.Truncate((await to.EvaluateAsync(context).ConfigureAwait(false)).ToNumberValue());
        if (last < first)
            return ArrayValue.Empty;

        RenderBudget.CheckCount(last - first + 1);
        var count = (int)(last - first) + 1;
        RenderContext.From(context).Budget.Step(count);
        return new ArrayValue([.. Enumerable.Range(0, count).Select(i => NumberValue.Create(first + i))]);
    }
}

/// <summary>A value that must not be missing.</summary>
internal sealed class Required(Expression expression) : Expression
{
    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var value = await expression.EvaluateAsync(context).ConfigureAwait(false);
        (value as MissingValue)?.RecordUse();
        return Comparison.ToOperand(value);
    }
}

/// <summary>A value as text. Lists and objects are written as JSON, so that they are encoded like any other text.</summary>
internal sealed class Text(Expression expression) : Expression
{
    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var value = await expression.EvaluateAsync(context).ConfigureAwait(false);
        return value is StringValue ? value : new StringValue(Show(value));
    }

    public static string Show(FluidValue value) => value is ArrayValue ? JsonText.Write(value) : value.ToStringValue();
}

/// <summary>
/// <c>and</c> and <c>or</c>. The right side is evaluated only if the left one does not decide, so that the left can guard it.
/// </summary>
internal sealed class Condition(Expression left, Expression right, bool isAnd) : Expression
{
    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        RenderContext.From(context).Budget.Step();
        var decided = (await left.EvaluateAsync(context).ConfigureAwait(false)).ToBooleanValue();
        return decided != isAnd
            ? BooleanValue.Create(decided)
            : BooleanValue.Create((await right.EvaluateAsync(context).ConfigureAwait(false)).ToBooleanValue());
    }
}

/// <summary>
/// A comparison. A missing variable may be compared only with <c>nil</c>, <c>blank</c> and <c>empty</c>.
/// </summary>
internal sealed class Comparison(Expression left, Expression right, Func<Expression, Expression, Expression> create) : Expression
{
    /// <summary>
    /// The steps for comparing lists or objects, which visits all of their values. It is large enough for the budget to check the
    /// clock each time.
    /// </summary>
    private const int StructureSteps = 256;

    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        var a = await left.EvaluateAsync(context).ConfigureAwait(false);
        var b = await right.EvaluateAsync(context).ConfigureAwait(false);
        CheckMissing(a, b);
        CheckMissing(b, a);
        RenderContext.From(context).Budget.Step(ComputeCost(a) + ComputeCost(b));
        var result = await create(new LiteralExpression(ToOperand(a)), new LiteralExpression(ToOperand(b)))
            .EvaluateAsync(context)
            .ConfigureAwait(false);
        return BooleanValue.Create(result.ToBooleanValue());
    }

    /// <summary>Converts a number that is kept as written, because Fluid compares only its own numbers.</summary>
    public static FluidValue ToOperand(FluidValue value) =>
        value is WrittenNumber number ? NumberValue.Create(number.ToNumberValue()) : value;

    private static void CheckMissing(FluidValue value, FluidValue with)
    {
        if (value is MissingValue missing && (with is MissingValue || !IsNothing(with)))
            missing.RecordUse();
    }

    private static bool IsNothing(FluidValue value) => value.IsNil() || value is EmptyValue or BlankValue;

    private static long ComputeCost(FluidValue value) =>
        value switch
        {
            StringValue text => 1 + text.ToStringValue().Length / 64,
            ArrayValue or DataObject => StructureSteps,
            _ => 1,
        };
}
