using System.Globalization;
using System.Text;

namespace Notify.Testing;

/// <summary>
/// The triggers or messages that meet all criteria so far, such as <c>notifier.Triggers.Over(Channel.Email).To("ada")</c>. An
/// assertion that fails lists everything that was sent instead, and why it does not match.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class Selection<T>
{
    private const int MaxListed = 20;

    private readonly IReadOnlyList<T> _all;
    private readonly IReadOnlyList<Criterion> _criteria;
    private readonly SelectionWords<T> _words;

    internal Selection(IReadOnlyList<T> all, SelectionWords<T> words)
        : this(all, [], words) { }

    private Selection(IReadOnlyList<T> all, IReadOnlyList<Criterion> criteria, SelectionWords<T> words)
    {
        (_all, _criteria, _words) = (all, criteria, words);
        Items = [.. all.Where(item => criteria.All(criterion => criterion.IsMet(item)))];
    }

    /// <summary>Gets the items that meet all criteria, oldest first.</summary>
    public IReadOnlyList<T> Items { get; }

    /// <summary>Adds a criterion.</summary>
    /// <param name="description">The criterion in words that continue a sentence, such as <c>with high priority</c>.</param>
    /// <param name="predicate">A function that tells whether an item meets the criterion.</param>
    /// <returns>The items that meet this criterion too.</returns>
    public Selection<T> Where(string description, Func<T, bool> predicate)
    {
        ArgumentException.ThrowIfNullOrEmpty(description);
        ArgumentNullException.ThrowIfNull(predicate);
        return new Selection<T>(_all, [.. _criteria, new Criterion(description, predicate)], _words);
    }

    /// <summary>Asserts that exactly one item meets the criteria.</summary>
    /// <returns>The item.</returns>
    /// <exception cref="NotificationAssertionException">No item, or more than one, meets the criteria.</exception>
    public T AssertOne() => AssertCount(1)[0];

    /// <summary>Asserts that no item meets the criteria.</summary>
    /// <exception cref="NotificationAssertionException">At least one item meets the criteria.</exception>
    public void AssertNone() => AssertCount(0);

    /// <summary>Asserts that the specified number of items meets the criteria.</summary>
    /// <param name="count">The number of items.</param>
    /// <returns>The items, oldest first.</returns>
    /// <exception cref="NotificationAssertionException">Another number of items meets the criteria.</exception>
    public IReadOnlyList<T> AssertCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Items.Count == count ? Items : throw new NotificationAssertionException(DescribeFailure(count));
    }

    private string DescribeFailure(int expected)
    {
        var text = new StringBuilder("Expected ").Append(_words.Count(expected));
        foreach (var criterion in _criteria)
            text.Append(' ').Append(criterion.Description);
        text.Append(CultureInfo.InvariantCulture, $", but found {(Items.Count == 0 ? "none" : Items.Count)}. ");
        if (_all.Count == 0)
            return text.Append(_words.Nothing).ToString();

        text.Append(CultureInfo.InvariantCulture, $"All {_words.Plural}, oldest first:");
        foreach (var (index, item) in _all.Take(MaxListed).Index())
            text.Append(CultureInfo.InvariantCulture, $"\n  {index + 1}. {_words.Describe(item)} ({DescribeMatch(item)})");
        if (_all.Count > MaxListed)
            text.Append(CultureInfo.InvariantCulture, $"\n  and {_all.Count - MaxListed} more");
        return text.ToString();
    }

    private string DescribeMatch(T item)
    {
        string[] missed = [.. _criteria.Where(criterion => !criterion.IsMet(item)).Select(criterion => criterion.Description)];
        return missed.Length == 0 ? "matches" : $"not {string.Join(", not ", missed)}";
    }

    private sealed record Criterion(string Description, Func<T, bool> IsMet);
}

/// <summary>The words in which a failed assertion describes items.</summary>
/// <param name="Singular">The word for one item.</param>
/// <param name="Plural">The word for several items.</param>
/// <param name="Nothing">A sentence that tells that there are no items at all.</param>
/// <param name="Describe">A function that describes an item.</param>
internal sealed record SelectionWords<T>(string Singular, string Plural, string Nothing, Func<T, string> Describe)
{
    public string Count(int count) =>
        count switch
        {
            0 => $"no {Singular}",
            1 => $"one {Singular}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{count} {Plural}"),
        };
}
