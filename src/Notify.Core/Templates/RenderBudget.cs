namespace Notify.Core.Templates;

/// <summary>
/// What the rendering of one notification may still cost. Rendering is synchronous and cannot be interrupted from outside, so
/// that every statement, expression, filter and write asks here whether it may go on.
/// </summary>
internal sealed class RenderBudget(TemplateLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    /// <summary>Reading the clock for every step would cost more than the step.</summary>
    private const int StepsPerLook = 128;

    private const int CharactersPerStep = 256;

    /// <summary>How many items a list may have that a template creates.</summary>
    private const int MaxItems = 10_000;

    private readonly long _began = time.GetTimestamp();
    private int _steps;
    private int _nextLook = StepsPerLook;
    private long _total;

    public TemplateLimits Limits { get; } = limits;

    /// <summary>Begins the next text, which may take all steps again.</summary>
    public void BeginText()
    {
        (_steps, _nextLook) = (0, StepsPerLook);
        Look();
    }

    /// <exception cref="RenderException">A limit was reached.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public void Step(long count = 1)
    {
        var steps = _steps + count;
        if (steps > Limits.MaxSteps)
            throw new RenderException($"The template takes more than {Limits.MaxSteps:N0} steps with this data.");

        _steps = (int)steps;
        if (_steps < _nextLook)
            return;

        _nextLook = _steps + StepsPerLook;
        Look();
    }

    /// <summary>Takes the steps for work on a text.</summary>
    public void StepOver(long characters) => Step(1 + characters / CharactersPerStep);

    /// <summary>
    /// Checks the length of a value that exists within the template, before it is created where that is possible.
    /// </summary>
    public void CheckLength(long characters)
    {
        if (characters > Limits.MaxOutputLength)
            throw new RenderException(
                $"The template makes a text of more than {Limits.MaxOutputLength:N0} characters with this data."
            );
    }

    /// <summary>Checks the length of a list, before it is created where that is possible.</summary>
    public static void CheckCount(decimal items)
    {
        if (items > MaxItems)
            throw new RenderException($"The template makes a list of more than {MaxItems:N0} items with this data.");
    }

    /// <summary>Counts what goes into the notification.</summary>
    public void Write(int characters)
    {
        _total += characters;
        if (_total > Limits.MaxTotalOutputLength)
        {
            throw new RenderException(
                $"All texts of the template together have more than {Limits.MaxTotalOutputLength:N0} characters with this data."
            );
        }
    }

    /// <summary>Takes back what was counted for a text that is not kept.</summary>
    public void GiveBack(int characters) => _total -= characters;

    private void Look()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_began) > Limits.MaxRenderTime)
            throw new RenderException(
                $"The template takes longer than {Limits.MaxRenderTime.TotalSeconds:0.###} s with this data."
            );
    }
}

/// <summary>
/// A text cannot be rendered with this data. The message is for whoever wrote the template and never holds data.
/// </summary>
internal sealed class RenderException(string message) : Exception(message);
