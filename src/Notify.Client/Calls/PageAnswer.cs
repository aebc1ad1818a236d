namespace Notify.Client.Calls;

/// <summary>A page of a list that has more pages.</summary>
internal interface IPageAnswer
{
    /// <summary>Gets the path of the next page; null for the last one.</summary>
    string? Next { get; }
}

/// <summary>A page of a list.</summary>
internal sealed record PageAnswer<TItem>(IReadOnlyList<TItem> Items, string? Next) : IPageAnswer
{
    /// <summary>Gets the number of items on all pages, for the lists that count them; null if that would take too long.</summary>
    public long? Count { get; init; }

    /// <summary>Creates the page that an application which embeds Notify gets.</summary>
    public Page<TResult> CreatePage<TResult>(Func<TItem, TResult> create) =>
        new() { Items = [.. Items.Select(create)], Next = CallPath.ReadAfter(Next) };
}

/// <summary>Creates pages.</summary>
internal static class PageAnswerExtensions
{
    public static Page<TItem> CreatePage<TItem>(this PageAnswer<TItem> answer) =>
        new() { Items = answer.Items, Next = CallPath.ReadAfter(answer.Next) };
}
