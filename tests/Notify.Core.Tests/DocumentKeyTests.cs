using System.Text;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>The keys of documents, and their order.</summary>
public sealed class DocumentKeyTests
{
    // Not a theory: the arguments of an attribute are UTF-8, which cannot represent these texts.
    [Fact]
    public void Half_of_a_surrogate_pair_is_refused()
    {
        foreach (var text in (string[])["\uD83D", "\uDE00", "a\uDE00\uD83D", "\uD83Da"])
        {
            Assert.Throws<ArgumentException>(() => new DocumentKey("keys", "tenant", text));
            Assert.Throws<ArgumentException>(() => new DocumentKey("keys", text, "id"));
            Assert.Throws<ArgumentException>(() => new DocumentKey(text, "tenant", "id"));
        }

        Assert.Equal("😀", new DocumentKey("keys", "😀", "😀").Id);
    }

    [Fact]
    public void The_order_is_that_of_the_bytes_of_UTF_8()
    {
        string[] texts =
        [
            "",
            "\0",
            "\0\0",
            "a",
            "aé",
            "a\uD7FF",
            "a\uE000",
            "a\uFFFF",
            "a\U00010000",
            "a😀",
            "a😀a",
            "a😀😀",
            "a\U0010FFFF",
            "é",
            "\uFFFF",
            "\U00010000",
            "\U0010FFFF",
        ];

        foreach (var left in texts)
        {
            foreach (var right in texts)
            {
                var expected = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
                Assert.Equal(Math.Sign(expected), Math.Sign(DocumentKey.Order.Compare(left, right)));
            }
        }
    }
}
