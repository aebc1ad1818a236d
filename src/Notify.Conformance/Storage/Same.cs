using System.Text.Json;

namespace Notify.Conformance.Storage;

/// <summary>Compares objects with collections by value. The equality of records compares collections by reference.</summary>
internal static class Same
{
    public static void As<T>(T expected, T actual)
    {
        var left = JsonSerializer.SerializeToElement(expected);
        var right = JsonSerializer.SerializeToElement(actual);
        if (!JsonElement.DeepEquals(left, right))
            Assert.Equal(left.GetRawText(), right.GetRawText());
    }
}
