namespace Notify.Core.Templates;

/// <summary>
/// The budget for rendering one notification. Rendering is synchronous and cannot be interrupted from outside, so every
/// statement, expression, filter and write takes steps from this budget, which throws when it is exceeded.
/// </summary>
internal sealed class RenderBudget(TemplateLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    /// <summary>How many steps are taken between two checks of the clock, whose cost exceeds that of a step.</summary>
    private const int StepsPerCheck = 128;

    private const int CharactersPerStep = 256;

    /// <summary>The maximum number of items of a list that a template creates.</summary>
    private const int MaxItems = 10_000;

    private readonly long _began = time.GetTimestamp();
    private int _steps;
    private int _nextCheck = StepsPerCheck;
    private long _total;

    public TemplateLimits Limits { get; } = limits;

    /// <summary>Starts the next text, which may take all steps again. The time limit applies to all texts together.</summary>
    public void BeginText()
    {
        (_steps, _nextCheck) = (0, StepsPerCheck);
        CheckTime();
    }

    /// <summary>Takes steps.</summary>
    /// <exception cref="RenderException">A limit was reached.</exception>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public void Step(long count = 1)
    {
        var steps = _steps + count;
        if (steps > Limits.MaxSteps)
            throw new RenderException($"With this data, the template needs more than {Limits.MaxSteps:N0} steps.");

        _steps = (int)steps;
        if (_steps < _nextCheck)
            return;

        _nextCheck = _steps + StepsPerCheck;
        CheckTime();
    }

    /// <summary>Takes the steps for work on a text.</summary>
    public void StepOver(long characters) => Step(1 + characters / CharactersPerStep);

    /// <summary>
    /// Checks the length of a text within the template, if possible before it is created.
    /// </summary>
    public void CheckLength(long characters)
    {
        if (characters > Limits.MaxOutputLength)
            throw new RenderException(
                $"With this data, the template produces a text of more than {Limits.MaxOutputLength:N0} characters."
            );
    }

    /// <summary>Checks the length of a list, if possible before it is created.</summary>
    public static void CheckCount(decimal items)
    {
        if (items > MaxItems)
            throw new RenderException($"With this data, the template produces a list of more than {MaxItems:N0} items.");
    }

    /// <summary>Counts the characters of a text that becomes part of the notification.</summary>
    public void Write(int characters)
    {
        _total += characters;
        if (_total > Limits.MaxTotalOutputLength)
        {
            throw new RenderException(
                $"With this data, the texts of the template have more than {Limits.MaxTotalOutputLength:N0} characters in total."
            );
        }
    }

    /// <summary>Gives back the characters of a text that is not kept.</summary>
    public void GiveBack(int characters) => _total -= characters;

    private void CheckTime()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_began) > Limits.MaxRenderTime)
            throw new RenderException(
                $"With this data, the template takes longer than {Limits.MaxRenderTime.TotalSeconds:0.###} s to render."
            );
    }
}

/// <summary>
/// The error of a text that cannot be rendered with its data. The message is meant for the author of the template and never
/// contains data.
/// </summary>
internal sealed class RenderException(string message) : Exception(message);
